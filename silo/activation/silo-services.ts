import type { ActorMetadata, ComponentMetadata } from '../../decorators/index.js';
import type { ActorDirectory } from '../../directory/actor-directory.js';
import type { Scratch } from '../../isolation/scratch.js';
import type { ActorId, EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { Clock, Holder, Logger, Membership, StateStore } from '../../protocol/ports/index.js';
import type { Host } from '../../isolation/host.js';
import type { FindPage } from '../../sdk/context/found-actors.js';
import type { EntityRuntime } from '../../sdk/context/entity-runtime.js';
import type { DeactivationReason } from '../../sdk/author/index.js';
import type { HandleCaller } from '../../sdk/handle.js';
import type { DeadlineWheel } from '../turns/deadline-wheel.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';
import type { SiloMessages } from '../messages/silo-messages.js';
import type { LazySaver } from './lazy-saver.js';
import type { Entity } from './entity.js';

/** Counters of one silo, since its start. */
export interface Statistics {
  activations: number;
  activated: number;
  deactivated: number;
  commits: number;
  calls: number;
  /** Messages that its actors have handled. */
  deliveries: number;
  /** Messages and own events that its actors gave up. */
  deadLetters: number;
}

/** What every activation of a silo shares. Made once by the composition root. */
export interface SiloServices {
  readonly siloId: string;
  readonly clock: Clock;
  /** Where chance comes from: 0 to below 1. */
  readonly random: () => number;
  /** Adds to a monotonic instant to give milliseconds since 1970. */
  readonly wallClockOffsetMs: number;
  readonly codec: Codec;
  readonly log: Logger;
  readonly store: StateStore;
  readonly directory: ActorDirectory;
  readonly membership: Membership;
  readonly deadlines: DeadlineWheel;
  readonly lazySaver: LazySaver;
  readonly statistics: Statistics;
  readonly scratch: Scratch;
  readonly messages: SiloMessages;
  readonly host: Host;
  /** The component class of this wire name, for an actor of the type. Throws `UnknownComponentError` when no module here has it. */
  componentClass(type: ActorMetadata, className: string): ComponentMetadata;
  isComponentClass(className: string): boolean;
  /** What an entity's context stands on. */
  createRuntime(entity: Entity): EntityRuntime;
  handle(id: EntityId): object;
  /** Of the actors of the cluster with a tag. */
  readonly findTagged: FindPage;
  /** What stands behind handles. */
  readonly caller: HandleCaller;
  /** Logs a warning the first time that it is given. */
  warnOnce(message: string): void;
  /** Finds the call's actor anew and queues it there: its activation here is over. */
  redeliver(call: PendingCall): void;
  /** It surely did not run here, for want of the lease or of the actor: it waits, or is looked after by whoever sent it. */
  giveBack(call: PendingCall, error: Error): void;
  /** Resolves with true when this silo has its lease (again), with false when it stops without. */
  leased(): Promise<boolean>;
  /** The actor is with another silo. */
  elsewhere(id: ActorId, holder: Holder): void;
  /** Ends an activation in good order; the same promise for everybody who asks. */
  deactivate(activation: Activation, reason: DeactivationReason, destroy: boolean): Promise<void>;
  /** The activation holds nothing any more. */
  ended(activation: Activation): void;
  /** Used at `atMs` (monotonic), or now. */
  touched(activation: Activation, atMs?: number): void;
}
