// What must hold after a run: the state is the sum of the units that succeeded.
import { unitsOf, type InUnit, type Program } from './program.js';
import type { Witness } from './witness.js';

export interface RootCall {
  readonly program: Program;
  /** It can time out, and so can the calls it makes: those that nobody waits for any more are in units of their own, or keep others open. */
  readonly isImpatient: boolean;
  outcome: { readonly ok: boolean; readonly value?: readonly string[]; readonly error?: unknown } | undefined;
}

export interface ActorState {
  readonly applied: readonly string[];
  readonly vault: readonly string[];
  readonly heard: readonly string[];
  readonly lazily: readonly string[];
}

interface Run {
  readonly roots: readonly RootCall[];
  readonly witness: Witness;
  readonly state: readonly ActorState[];
  readonly fences: boolean;
  /** Turns overlapped: of what failed something may be left, and reads may be dirty. */
  readonly overlaps: boolean;
}

export function checkState(run: Run): void {
  const { roots, witness, state, overlaps } = run;
  const saved = state.flatMap(({ applied, vault }) => [...applied, ...vault]);
  const present = new Set(saved);
  const complain = (what: string): void => void witness.violations.push(what);
  for (const program of new Set(roots.map((root) => root.program))) {
    for (const unit of unitsOf(program)) {
      const { program: part, outermost } = unit;
      const isCertain = part === program || !(witness.abandoned.has(program.id) || roots.some((root) => root.program === program && root.isImpatient));
      const fate = isCertain ? fateOf(run, unit) : 'unknown';
      if (fate === 'present' && !present.has(part.id)) complain(`${part.id} (in the unit of ${outermost.id}) was acknowledged and is lost`);
      if (fate === 'absent' && !overlaps && present.has(part.id)) complain(`${part.id} (in the unit of ${outermost.id}) failed and is there`);
      if (!overlaps || fate === 'present') checkCompanions(run, part, present.has(part.id), fate !== 'present' && (hasSavePoint(outermost) || (!isCertain && hasSavePoint(program, part.actor))));
      // What a turn calls after its activation was lost runs in the next one, as a unit of its own.
      checkTimes(run, part, part === program || (outermost === program && !run.fences), saved);
    }
  }
  for (const { program, outcome } of roots) {
    if (program.writes || !outcome?.ok || overlaps) continue;
    for (const id of outcome.value!) if (!present.has(id)) complain(`${program.id} read ${id}, which never was`);
  }
}

/** The event and the lazily saved field of a unit share its fate. */
function checkCompanions({ witness, state, fences }: Run, part: Program, isPresent: boolean, mayBeHalf: boolean): void {
  const bodies = witness.bodiesOf(part.id);
  const { heard, lazily } = state[part.actor]!;
  const didEmit = part.emits && !mayBeHalf && bodies.every(({ ended }) => ended === 'completed');
  if (isPresent && didEmit && !heard.includes(part.id)) witness.violations.push(`the event of ${part.id} was not heard`);
  if (!isPresent && heard.includes(part.id)) witness.violations.push(`the event of ${part.id} was heard, which never was`);
  // A lost activation may lose what it saved lazily; nobody else may.
  if (!fences && part.part === 'owner' && isPresent !== lazily.includes(part.id)) witness.violations.push(`the lazy field of ${part.id} has another fate`);
}

/** A call runs once. One with a key may run again if it failed, with the calls it makes; its own effect comes once all the same. */
function checkTimes({ roots, witness, state }: Run, part: Program, isOfRoot: boolean, saved: readonly string[]): void {
  const times = count(saved, part.id);
  const calls = roots.filter(({ program }) => [...unitsOf(program)].some((each) => each.program === part)).length;
  // Of a turn that is made again after its thread's death, what came back by way of another actor comes once more.
  const isAgain = part.id !== outermostOf(roots, part) && witness.bodiesOf(outermostOf(roots, part)).some(({ ended }) => ended === 'killed');
  if (times > (isOfRoot && !isAgain ? 1 : calls)) witness.violations.push(`${part.id} is there ${times} times`);
  if (witness.bodiesOf(part.id).length > calls) witness.violations.push(`${part.id} ran more often than it was called`);
  if (count(state[part.actor]!.heard, part.id) > times) witness.violations.push(`the event of ${part.id} was heard too often`);
}

/** The id of the program whose call opened the part's unit. */
function outermostOf(roots: readonly RootCall[], part: Program): string {
  for (const { program } of roots) for (const each of unitsOf(program)) if (each.program === part) return each.outermost.id;
  return part.id;
}

function fateOf({ roots, witness, fences }: Run, { program: part, outermost, between }: InUnit): 'present' | 'absent' | 'unknown' {
  const runs = witness.bodiesOf(outermost.id);
  const own = witness.bodiesOf(part.id);
  if (own.length === 0) return 'absent';
  // Whoever called it may have gone on.
  if (own.every(({ ended }) => ended === 'killed')) return hasSavePoint(outermost) ? 'unknown' : 'absent';
  const isNested = part !== outermost;
  // By way of another actor a call comes back, as a unit of its own, after the thread of one that waits for it has died.
  const waited = between.length > 0 ? [outermost, ...between] : [];
  if (waited.some(({ id }) => witness.bodiesOf(id).some(({ ended }) => ended === 'killed'))) return 'unknown';
  if (runs.every(({ ended }) => ended === 'threw' || ended === 'killed')) return hasSavePoint(outermost) ? 'unknown' : isNested && fences ? 'unknown' : 'absent';
  const calls = roots.filter(({ program }) => program === outermost);
  const isAcknowledged = calls.some(({ outcome }) => outcome?.ok);
  // A nested call that ran but once, in a run of the outermost that ended well.
  return isAcknowledged && runs.length === 1 ? 'present' : 'unknown';
}

/** What that saved on the actor stays, whatever comes after it. */
function hasSavePoint(outermost: Program, actor = outermost.actor): boolean {
  return [...unitsOf(outermost)].some(({ program }) => program.saves && program.actor === actor);
}

function count(ids: readonly string[], id: string): number {
  return ids.filter((each) => each === id).length;
}
