// HostedService. Owns: the turns of one service on this silo, and their permits.
//   S1. At most `concurrency` turns have a permit, whichever silos their calls come from.
//   S2. A call that a turn of this service waits for, here or on another silo, never waits for a permit: it takes one that is free, or goes under
//       that turn's, which does nothing meanwhile. So no turn waits for a permit that only its own end would set free.
//   S3. When the class was loaded anew, turns that begin are of the new one; the old instances end with the last turn that began on them.
import type { ServiceMetadata } from '../../decorators/index.js';
import { serviceId, type EntityId } from '../../protocol/actor-id.js';
import { copyError } from '../../protocol/codec/index.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { TurnEnd } from '../../isolation/host.js';
import type { SiloServices } from '../activation/silo-services.js';
import { mayBegin } from '../lease-wait.js';
import { FarCall } from '../turns/far-call.js';
import type { PendingCall } from '../turns/pending-call.js';
import { isAwaitedOn, Turn } from '../turns/turn.js';
import { Permits } from './permits.js';
import { ServiceInstances, type ServiceInstance } from './service-instances.js';
import { runServiceTurn } from './service-turn.js';
import { methodOf } from './service-types.js';
import type { SiloServiceRuntime } from './silo-service-runtime.js';

/** Stack depth of turns that begin inside the caller's own stack; deeper ones begin in a microtask. */
const MAX_INLINE_DEPTH = 40;
let inlineDepth = 0;

export class HostedService {
  readonly id: EntityId;
  readonly permits: Permits;
  /** The turns that have a permit. */
  readonly holders = new Set<Turn>();
  private instances: ServiceInstances;
  /** S3. */
  private readonly retiring = new Set<ServiceInstances>();
  private open = 0;
  private waiters: (() => void)[] = [];

  /** `onFree`: a permit was given back. `again`: takes a call of this silo whose turn could not begin for want of a lease. */
  constructor(private metadata: ServiceMetadata, private readonly services: SiloServices, private readonly newRuntime: () => SiloServiceRuntime, private readonly onFree: () => void, private readonly again: (call: PendingCall, error: Error) => void) {
    this.id = serviceId(metadata.name);
    this.permits = new Permits(metadata.concurrency);
    this.instances = new ServiceInstances(metadata, services, newRuntime);
  }

  /** Turns that have begun and not ended. */
  get running(): number {
    return this.open;
  }

  /** It may start now (S1, S2), and this silo has its lease, also as its turn will ask for it: else it would come back at once, without end. */
  mayStart(call: PendingCall): boolean {
    return (this.permits.free > 0 || isAwaitedOn(this.id, call)) && mayBegin(this.services.membership);
  }

  /** Starts a call that may start. */
  start(call: PendingCall): void {
    const hasPermit = this.permits.tryTake();
    this.open++;
    const turn = new Turn(call, this.id, undefined, this.services.wallClockOffsetMs);
    if (hasPermit) this.holders.add(turn);
    call.state = 'running';
    if (inlineDepth < MAX_INLINE_DEPTH) this.begin(turn);
    else queueMicrotask(() => this.begin(turn));
    call.watch(this.services.deadlines);
  }

  /** Resolves when no turn runs. */
  drained(): Promise<void> {
    return this.open === 0 ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** S3. */
  renew(metadata: ServiceMetadata): void {
    if (metadata === this.metadata) return;
    const earlier = this.instances;
    this.metadata = metadata;
    this.permits.limit = metadata.concurrency;
    this.instances = new ServiceInstances(metadata, this.services, this.newRuntime);
    this.retiring.add(earlier);
    void earlier.retire().finally(() => this.retiring.delete(earlier));
  }

  async end(): Promise<void> {
    await Promise.all([this.instances, ...this.retiring].map((instances) => instances.end()));
  }

  private begin(turn: Turn): void {
    const { instances } = this;
    try {
      // It may have waited since it was looked up.
      methodOf(this.metadata, turn.pending.envelope);
    } catch (error) {
      return this.ended(turn, true, error);
    }
    instances.enter();
    const end: TurnEnd = (failed, value) => {
      instances.leave();
      this.ended(turn, failed, value);
    };
    const instance = instances.take(turn);
    if (instance instanceof Promise) instance.then((ready) => this.run(turn, ready, end), (error: unknown) => end(true, error));
    else this.run(turn, instance, end);
  }

  private run(turn: Turn, instance: ServiceInstance, end: TurnEnd): void {
    instance.turns++;
    inlineDepth++;
    runServiceTurn(turn, instance.hosted, this.services, (failed, value) => {
      instance.turns--;
      end(failed, value);
    });
    inlineDepth--;
  }

  private ended(turn: Turn, failed: boolean, value: unknown): void {
    turn.isOpen = false;
    this.open--;
    const { pending } = turn;
    if (failed && !pending.hasBegun && value instanceof SiloUnavailableError && !(pending instanceof FarCall)) this.again(pending, value);
    else if (failed) turn.pending.fail(copyError(value, this.services.codec));
    else turn.pending.succeed(value);
    if (this.holders.delete(turn)) {
      this.permits.giveBack();
      this.onFree();
    }
    if (this.open === 0) for (const resolve of this.waiters.splice(0)) resolve();
  }
}
