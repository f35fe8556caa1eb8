import type { ClassMetadata } from '../../decorators/index.js';
import type { HostedWatch } from '../../isolation/host.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { endsWithin } from '../ends-within.js';
import { CallChain } from '../turns/call-chain.js';
import { awaitHook } from '../turns/hook-wait.js';
import type { Turn } from '../turns/turn.js';
import type { Entity } from './entity.js';
import { EntityTimers } from './entity-timers.js';
import { hookCall } from './hooks.js';
import { joinNextCommit } from './strays.js';
import type { UnitOfWork } from './unit-of-work.js';

/** How long `onActivate` of a component that comes back may take, as at activation. */
const WAKING_LIMIT_MS = 30_000;

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
    this.wakeInLine();
  }

  /**
   * The hook is a unit of its own where the unit of `turn` has done nothing yet; else it is part of that. Its chain is a child of the turn's, as the
   * hooks of an activation are: it may call what waits for it.
   */
  async wake(turn: TurnInfo): Promise<void> {
    const { entity } = this;
    const { units, services } = entity.activation;
    const call = hookCall(entity, 'onActivate', [], new CallChain(turn.chain as CallChain))!;
    const unit = units.of(call.chain);
    if (unit && this.isUntouched(unit, turn as Turn)) units.begin(call.chain, call);
    call.state = 'running';
    // Beside the mailbox: the turn that waits is in it.
    entity.start(call, true);
    if (!(await endsWithin(services.clock, call.promise, WAKING_LIMIT_MS))) throw new Error(`onActivate did not end within ${WAKING_LIMIT_MS} ms`);
  }

  awaitHook(turn: TurnInfo, hook: () => TurnInfo | undefined, giveUp: (error: unknown) => void): () => void {
    return awaitHook(turn as Turn, () => hook()?.chain as CallChain | undefined, this.entity.now(), giveUp);
  }

  /** The entity is of the new class from now on. */
  moved(metadata: ClassMetadata): void {
    const { entity } = this;
    const { activation } = entity;
    const earlier = entity.metadata;
    entity.metadata = metadata;
    if (activation.status !== 'active') return;
    if (earlier.timers.length + metadata.timers.length > 0) (activation.timers ??= new EntityTimers()).follow(entity);
    this.wakeInLine();
  }

  unsettled(): Promise<void> | undefined {
    const { units } = this.entity.activation;
    return units.isEmpty ? undefined : units.drained();
  }

  /** The turn is the unit's first, and nobody else is in it. */
  private isUntouched(unit: UnitOfWork, turn: Turn): boolean {
    const { entity } = this;
    return unit.outermost === turn.pending && unit.openTurns === 1 && unit.held.length === 1 && unit.held[0] === entity && entity.extras?.fate === undefined;
  }

  private wakeInLine(): void {
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
