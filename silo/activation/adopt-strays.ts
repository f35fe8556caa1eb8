import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Entity } from './entity.js';
import { merge } from './unit-changes.js';

/** What changed while no turn ran joins the next commit, and stays when the next turn throws. What cannot be saved is left to that turn. */
export function adoptStrays(entity: Entity): void {
  const { activation, metadata } = entity;
  const strays = entity.hosted?.strayed() ?? [];
  if (strays.length === 0 || activation.units.isHeld(entity)) return;
  activation.services.warnOnce(`${metadata.name}: ${strays.join(', ')} changed outside a turn; it joins the next commit`);
  let staged: StagedChanges | Promise<StagedChanges>;
  try {
    staged = entity.stage();
  } catch {
    return;
  }
  if (staged instanceof Promise) return;
  activation.commits.addLeftovers(merge([entity], [staged]));
  entity.accept(staged);
}
