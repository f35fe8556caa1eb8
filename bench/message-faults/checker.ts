// What the actors have beside what the emitters committed, from states alone: a number that an emitter counted must be with each of its listeners
// once, in order; nothing else may be there.
import type { Applied, Committed } from './actors.js';
import { codeOf, emitterOf, expected, isEmitted, isForwarded, numberOf } from './plan.js';

/** What all actors have at the end. */
export interface Outcome {
  /** By emitter. */
  readonly emitters: readonly Committed[];
  /** By listener. */
  readonly applied: readonly (readonly Applied[])[];
  /** By emitter: what listeners told on. */
  readonly forwarded: readonly (readonly number[])[];
}

export interface Verdict {
  readonly committed: number;
  readonly deliveries: number;
  readonly missing: number;
  readonly twice: number;
  /** Applied, though its sender never committed it. */
  readonly unsent: number;
  readonly outOfOrder: number;
  readonly forwards: number;
  readonly forwardsMissing: number;
  /** Sent again by a message that came again. */
  readonly forwardedAgain: number;
}

export function judge({ emitters, applied, forwarded }: Outcome): Verdict {
  const sent = emitters.map((emitter) => emitter.sent);
  const verdict = {
    committed: sum(sent), deliveries: 0, missing: 0, twice: 0, unsent: 0, outOfOrder: 0, forwards: 0, forwardsMissing: 0, forwardedAgain: 0,
  };
  for (const [listener, wanted] of expected(sent, applied.length).entries()) {
    const codes = applied[listener]!.map(([code]) => code);
    const { missing, twice, unsent } = compare(wanted, codes);
    verdict.deliveries += wanted.length;
    verdict.missing += missing;
    verdict.twice += twice;
    verdict.unsent += unsent + applied[listener]!.filter((message) => !isOfCommitted(message, emitters)).length;
    verdict.outOfOrder += disorder(codes);
  }
  for (const [emitter, count] of sent.entries()) {
    const wanted = Array.from({ length: count }, (_, n) => n).filter((n) => isForwarded(n) && !isEmitted(n)).map((n) => codeOf(emitter, n));
    const { missing, twice, unsent } = compare(wanted, forwarded[emitter]!);
    verdict.forwards += wanted.length;
    verdict.forwardsMissing += missing;
    verdict.forwardedAgain += twice + unsent;
  }
  return verdict;
}

function compare(wanted: readonly number[], found: readonly number[]): { readonly missing: number; readonly twice: number; readonly unsent: number } {
  const [wantedOnes, foundOnes] = [new Set(wanted), new Set(found)];
  return {
    missing: wanted.filter((code) => !foundOnes.has(code)).length,
    twice: found.length - foundOnes.size,
    unsent: [...foundOnes].filter((code) => !wantedOnes.has(code)).length,
  };
}

/** A number that an attempt sent which did not commit is not the one that another attempt committed. */
function isOfCommitted([code, , , stride]: Applied, emitters: readonly Committed[]): boolean {
  return emitters[emitterOf(code)]!.strides.findLast(([from]) => from <= numberOf(code))?.[1] === stride;
}

/** How often a number came behind a later one of the same emitter, repeats apart. */
function disorder(codes: readonly number[]): number {
  const last = new Map<number, number>();
  let count = 0;
  for (const code of new Set(codes)) {
    const emitter = emitterOf(code);
    if (code < (last.get(emitter) ?? -1)) count++;
    else last.set(emitter, code);
  }
  return count;
}

/** A silo that was killed, or could not be heard any more. */
export interface Death {
  readonly of: string;
  /** On the wall clock. */
  readonly atMs: number;
}

/** How long messages took, from a death that they were under way at, by what the silo died of; of several deaths, from the first. `none`: how long the others took, from their sending. */
export function redeliveries(applied: readonly (readonly Applied[])[], deaths: readonly Death[]): Readonly<Record<string, readonly number[]>> {
  const found: Record<string, number[]> = {};
  for (const [, sentAtMs, appliedAtMs] of applied.flat()) {
    const met = deaths.filter(({ atMs }) => atMs >= sentAtMs && atMs <= appliedAtMs);
    const [first] = met;
    const of = first ? (met.length === 1 ? first.of : 'several') : 'none';
    (found[of] ??= []).push(appliedAtMs - (first?.atMs ?? sentAtMs));
  }
  return found;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
