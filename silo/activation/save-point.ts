import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Activation } from './activation.js';
import type { ClosingUnits } from './closing-units.js';
import { merge } from './unit-changes.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Saves what the unit did so far; resolves with that part when it is durable. Fails the unit when the store refuses it. */
export async function savePoint(activation: Activation, closing: ClosingUnits, unit: UnitOfWork): Promise<UnitOfWork> {
  const earlier = closing.stagedBeside(unit);
  if (earlier.length > 0) await Promise.allSettled(earlier);
  // In one stack: what the turn does from here on, messages too, is not part of it.
  const staging = unit.held.map((entity) => entity.stage());
  const part = unit.takePart();
  const saved = save(activation, part, staging);
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

/** What was staged is what a throw returns to from now on. */
export function adopt(activation: Activation, unit: UnitOfWork, staged: readonly StagedChanges[]): void {
  for (let i = 0; i < unit.held.length; i++) unit.held[i]!.accept(staged[i]!);
  if (unit.operations) activation.operations.remember(unit.operations);
}

async function save(activation: Activation, part: UnitOfWork, staging: readonly (StagedChanges | Promise<StagedChanges>)[]): Promise<void> {
  const staged = await Promise.all(staging.map((each) => Promise.resolve(each)));
  await activation.commits.submit(part, merge(part.held, staged));
  adopt(activation, part, staged);
}
