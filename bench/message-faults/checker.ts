// What the actors have beside what the emitters committed, from states alone: a number that an emitter counted must be with each of its listeners
// once, in order; nothing else may be there.
import type { Applied } from './actors.js';
import { codeOf, emitterOf, expected, isEmitted, isForwarded } from './plan.js';

/** What all actors have at the end. */
export interface Outcome {
  /** By emitter: how many numbers it committed. */
  readonly sent: readonly number[];
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

export function judge({ sent, applied, forwarded }: Outcome): Verdict {
  const verdict = {
    committed: sum(sent), deliveries: 0, missing: 0, twice: 0, unsent: 0, outOfOrder: 0, forwards: 0, forwardsMissing: 0, forwardedAgain: 0,
  };
  for (const [listener, wanted] of expected(sent, applied.length).entries()) {
    const codes = applied[listener]!.map(([code]) => code);
    const { missing, twice, unsent } = compare(wanted, codes);
    verdict.deliveries += wanted.length;
    verdict.missing += missing;
    verdict.twice += twice;
    verdict.unsent += unsent;
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

/** How long messages took that were under way when a silo died, from its death: of those that met one death alone, and of those that met more, from the first. */
export function redeliveries(applied: readonly (readonly Applied[])[], deathsAtMs: readonly number[]): { readonly one: readonly number[]; readonly more: readonly number[] } {
  const [one, more]: [number[], number[]] = [[], []];
  for (const [, sentAtMs, appliedAtMs] of applied.flat()) {
    const met = deathsAtMs.filter((atMs) => atMs >= sentAtMs && atMs <= appliedAtMs);
    if (met.length > 0) (met.length === 1 ? one : more).push(appliedAtMs - met[0]!);
  }
  return { one, more };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
