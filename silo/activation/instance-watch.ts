import type { ClassMetadata } from '../../decorators/index.js';
import type { HostedWatch } from '../../isolation/host.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Entity } from './entity.js';
import { EntityTimers } from './entity-timers.js';
import { hookCall } from './hooks.js';
import { joinNextCommit } from './strays.js';

/** What follows when an instance in a thread has something to say of itself. */
export class InstanceWatch implements HostedWatch {
  constructor(private readonly entity: Entity) {}

  /** The unit that had something staged in it fails whole, or goes on without, if that is one of hooks. */
  lost(error: Error, hadStaged: boolean): void {
    const { entity } = this;
    if (hadStaged) entity.activation.units.lost(entity, error);
  }

  /** Whatever `onActivate` began is begun anew. */
  returned(): void {
    this.wake();
  }

  /** The entity is of the new class from now on. */
  moved(metadata: ClassMetadata): void {
    const { entity } = this;
    const { activation } = entity;
    const earlier = entity.metadata;
    entity.metadata = metadata;
    if (activation.status !== 'active') return;
    if (earlier.timers.length + metadata.timers.length > 0) (activation.timers ??= new EntityTimers()).follow(entity);
    this.wake();
  }

  unsettled(): Promise<void> | undefined {
    const { units } = this.entity.activation;
    return units.isEmpty ? undefined : units.drained();
  }

  private wake(): void {
    const { entity } = this;
    const { activation } = entity;
    if (activation.status !== 'active') return;
    const waking = hookCall(entity, 'onActivate', []);
    if (!waking) return;
    entity.offer(waking);
    waking.promise.catch((failure: unknown) => activation.log.error({ err: failure, component: entity.id.component }, 'onActivate failed when the component came back'));
  }

  leftOver(staged: StagedChanges): void {
    const fields = [staged.saved, staged.lazy, staged.manual].flatMap((each) => [...each.keys()]);
    joinNextCommit(this.entity, fields.join(', '), staged);
  }
}
