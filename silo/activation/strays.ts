import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Entity } from './entity.js';
import { merge, tryStage } from './unit-changes.js';

/** E4: what changed while no turn ran is accepted, and joins the next commit. Instances in threads look for themselves. */
export function adoptStrays(entity: Entity): void {
  const strays = entity.hosted?.strayed() ?? [];
  if (strays.length === 0 || entity.activation.units.isHeld(entity)) return;
  const staged = tryStage(entity);
  if (!staged || staged instanceof Promise) return;
  joinNextCommit(entity, strays.join(', '), staged);
  entity.accept(staged);
}

/** E3: what a read-only method changed. */
export function undoStrays({ hosted, metadata, activation }: Entity, method: string): void {
  const fields = hosted!.strayed();
  if (fields.length === 0) return;
  void hosted!.rollback();
  activation.services.warnOnce(`${metadata.name}.${method} is @ReadOnly but changed ${fields.join(', ')}: undone`);
}

/** `what`: for the warning, which is given once. */
export function joinNextCommit(entity: Entity, what: string, staged: StagedChanges): void {
  const { services, commits } = entity.activation;
  services.warnOnce(`${entity.metadata.name}: ${what} changed outside a turn; it joins the next commit`);
  commits.addLeftovers(merge([entity], [staged]));
}
