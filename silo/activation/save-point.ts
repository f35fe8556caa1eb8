import { CancelledError } from '../../protocol/errors/index.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Activation } from './activation.js';
import type { ClosingUnits } from './closing-units.js';
import type { Entity } from './entity.js';
import { merge } from './unit-changes.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Saves what the unit did so far; resolves with that part when it is durable. Fails the unit when the store refuses it. */
export async function savePoint(activation: Activation, closing: ClosingUnits, unit: UnitOfWork): Promise<UnitOfWork> {
  const earlier = closing.stagedBeside(unit);
  if (earlier.length > 0) await Promise.allSettled(earlier);
  refuseFailed(unit);
  refuseThrown(unit);
  // In one stack: what the turn does from here on, messages too, is not part of it.
  const staging = unit.held.map((entity) => entity.stage());
  const part = unit.takePart();
  const saved = save(activation, part, staging, unit);
  closing.add(part, saved);
  try {
    await saved;
    return part;
  } catch (error) {
    unit.failure ??= { error };
    throw error;
  } finally {
    closing.remove(part);
  }
}

/** What these entities staged is on its way to the store: instances that are lost meanwhile are not made anew before its answer, which the returned function tells. */
export function awaitCommit(held: readonly Entity[]): () => void {
  const waiting = held.map(({ hosted }) => hosted?.awaitCommit?.());
  return () => waiting.forEach((answered) => answered?.());
}

/** What was staged is what a throw returns to from now on. */
export function adopt(activation: Activation, unit: UnitOfWork, staged: readonly StagedChanges[]): void {
  for (let i = 0; i < unit.held.length; i++) unit.held[i]!.accept(staged[i]!);
  if (!unit.operations) return;
  activation.operations.remember(unit.operations);
  // Of durable calls: who handles messages notes their marks himself.
  if (unit.marks) for (const mark of unit.marks) activation.messages.incoming.marks.note(mark);
}

async function save(activation: Activation, part: UnitOfWork, staging: readonly (StagedChanges | Promise<StagedChanges>)[], whole: UnitOfWork): Promise<void> {
  const staged = await Promise.all(staging.map((each) => Promise.resolve(each)));
  refuseFailed(whole);
  const answered = awaitCommit(part.held);
  try {
    await activation.commits.submit(part, merge(part.held, staged));
    adopt(activation, part, staged);
  } finally {
    answered();
  }
}

/** A component's thread died with what the unit had staged there: nothing of it may stay. */
function refuseFailed({ failure }: UnitOfWork): void {
  if (failure) throw failure.error;
}

/** U3. The outermost turn threw while others of its unit still run. */
function refuseThrown({ outcome }: UnitOfWork): void {
  if (outcome?.failed) throw new CancelledError('the call that this turn is part of has failed on its actor: nothing of it is saved any more', { cause: outcome.error });
}
