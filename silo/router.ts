// Router: where an envelope goes: to the actor when it is active here, else by way of the cluster; to services by their own ways. It looks every name up in frozen tables before anything runs.
import { functionFieldNote, type ActorMetadata, type ClassMetadata } from '../decorators/index.js';
import { isService, printEntityId, type ActorId, type EntityId } from '../protocol/actor-id.js';
import type { Envelope, Invoker } from '../protocol/envelope.js';
import {
  SiloUnavailableError, UnknownActorTypeError, UnknownMethodError,
} from '../protocol/errors/index.js';
import type { Incarnation, Membership } from '../protocol/ports/index.js';
import type { Activation } from './activation/activation.js';
import { unknownComponent } from './activation/component-lookup.js';
import type { SiloServices } from './activation/silo-services.js';
import { ACKNOWLEDGE_MODE, systemMode } from './activation/system-methods.js';
import type { ActorTypes } from './actor-types.js';
import type { Catalog } from './catalog.js';
import { LeaseWait } from './lease-wait.js';
import { Moved } from './links/moved.js';
import type { Answer } from './turns/answer.js';
import { CallChain } from './turns/call-chain.js';
import { FarCall } from './turns/far-call.js';
import { PendingCall } from './turns/pending-call.js';
import { turnModeOf } from './turns/turn-mode.js';

/** Where calls go whose actor is not active here. */
export interface Elsewhere {
  /** `deliverHere`: what to do with it when this silo turns out to be the place. */
  route(envelope: Envelope, deliverHere?: (envelope: Envelope) => Promise<unknown>): Promise<unknown>;
  lastSeen(id: ActorId): Incarnation | undefined;
}

export type ReturningCalls = Pick<SiloServices, 'redeliver' | 'giveBack' | 'leased'>;

/** A call for which the cluster's router chose this silo, and which goes back to it when the actor turns out to be elsewhere. */
class RoutedCall extends PendingCall {}

export class Router implements Invoker {
  /** Set once when this silo has others beside it. */
  elsewhere: Elsewhere | undefined;
  readonly lease: LeaseWait;
  private readonly membership: Membership;
  private readonly statistics: SiloServices['statistics'];

  constructor(
    private readonly types: ActorTypes,
    private readonly catalog: Catalog,
    { membership, statistics, clock, deadlines }: Pick<SiloServices, 'membership' | 'statistics' | 'clock' | 'deadlines'>,
    private readonly services: Invoker,
  ) {
    this.membership = membership;
    this.statistics = statistics;
    this.lease = new LeaseWait({ clock, membership, deadlines, begin: (call) => this.redeliver(call) });
  }

  /** What activations do with what they cannot do now. */
  get returns(): ReturningCalls {
    return {
      redeliver: (call) => this.redeliver(call), giveBack: (call, error) => this.giveBack(call, error),
      leased: () => (this.membership.isValid ? Promise.resolve(true) : this.lease.whenBack()),
    };
  }

  /** Rejects with an `Unknown…Error` before anything is activated. Without a lease it waits for that, or for another silo's. */
  invoke(envelope: Envelope): Promise<unknown> {
    if (!this.lease.isEmpty) this.lease.open();
    if (isService(envelope.target)) return this.services.invoke(envelope);
    try {
      if (this.elsewhere && this.catalog.get(envelope.target) === undefined) return this.elsewhere.route(envelope);
      return this.deliver(envelope).promise;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Queues a call again whose activation is over; it keeps its promise and deadline. */
  redeliver(call: PendingCall): void {
    if (call.isSettled) return;
    if (this.elsewhere && this.mayBeElsewhere(call, this.elsewhere)) this.handOver(call, this.elsewhere);
    else this.offerAgain(call);
  }

  /**
   * It surely did not run, for want of the lease or of the actor, which says nothing of the actor. Calls of this silo wait for the lease here; whoever
   * sent it from afar, or routed it, looks further himself; hooks, messages and ticks have others who see to them.
   */
  giveBack(call: PendingCall, error: Error): void {
    if (call instanceof RoutedCall && !this.catalog.stopping && isOfCaller(call)) call.fail(new Moved(undefined, error));
    else this.awaitLease(call, error);
  }

  /** As `giveBack`, where nothing but the lease lets the call begin: one for which this silo was chosen without one has nowhere else to go. */
  private awaitLease(call: PendingCall, error: Error): void {
    if (this.catalog.stopping || call instanceof FarCall || !isOfCaller(call)) call.fail(error);
    else this.lease.add(call, error);
  }

  /** Hooks belong to this silo. A call that was sent here, from afar or not, stays: the actor wakes here again unless it was seen on another silo. */
  private mayBeElsewhere(call: PendingCall, elsewhere: Elsewhere): boolean {
    const { kind, target, hops } = call.envelope;
    if (kind === 'hook' || this.catalog.get(target) !== undefined) return false;
    const wasSentHere = hops > 0 || call instanceof RoutedCall;
    return !wasSentHere || elsewhere.lastSeen(target) !== undefined || !this.membership.mayAccept;
  }

  /** A caller on another silo, and whoever routed the call here, looks for the actor himself; one of this silo's waits here for what comes of it. */
  private handOver(call: PendingCall, elsewhere: Elsewhere): void {
    const { target, hops } = call.envelope;
    const seen = elsewhere.lastSeen(target);
    if (hops > 0 || call instanceof RoutedCall) return call.fail(new Moved(seen === undefined ? undefined : { incarnation: seen, token: '' }));
    call.state = 'running';
    const offerAgain = (): Promise<unknown> => {
      if (!call.isSettled) {
        call.state = 'new';
        this.offerAgain(call);
      }
      return call.promise;
    };
    elsewhere.route(call.envelope, offerAgain).then((value) => call.succeed(value), (error: unknown) => call.fail(error));
  }

  private offerAgain(call: PendingCall): void {
    const { target, hops } = call.envelope;
    const metadata = this.types.get(target.type);
    if (metadata && !this.membership.mayAccept) return this.giveBack(call, leaseLost(target));
    if (metadata && !this.catalog.stopping) return this.offer(call, metadata);
    if (hops > 0) return call.fail(new Moved(undefined));
    call.fail(new SiloUnavailableError(`${printEntityId(target)}: this silo is stopping; the call did not run`));
  }

  /** As `deliver`; rejects with `Moved` when the actor turns out to be elsewhere and the call did not run. */
  async deliverRouted(envelope: Envelope): Promise<unknown> {
    return this.deliver(envelope, RoutedCall).promise;
  }

  /** As `deliver`, for another silo's call: fails with `Moved` when the actor is elsewhere, or this silo could not run it. */
  deliverFar(envelope: Envelope): Answer {
    return this.deliver(envelope, FarCall);
  }

  /** Queues the call on this silo. Throws what keeps it from running at all. */
  deliver(envelope: Envelope, Call = PendingCall): PendingCall {
    const { target, method } = envelope;
    const metadata = this.types.get(target.type);
    if (!metadata) throw new UnknownActorTypeError(`no silo hosts the actor type '${target.type}'`, { type: target.type });
    const chain = envelope.chain instanceof CallChain ? envelope.chain : new CallChain();
    const present = this.catalog.get(target);
    const targetClass = this.classOf(metadata, target, chain, present);
    const member = targetClass.methods.get(method);
    const mode = member ? turnModeOf(member) : target.component === undefined ? systemMode(method) : undefined;
    if (!mode) throw noMethod(targetClass, target, method);
    // While the silo stops, running turns still reach the actors that are there.
    if (this.catalog.stopping && !(envelope.chain && present)) {
      throw new SiloUnavailableError(`${printEntityId(target)}: this silo is stopping; the call did not run`);
    }
    this.statistics.calls++;
    const call = new Call(envelope, chain, mode);
    if (envelope.signal?.aborted) call.cancel();
    else if (!this.membership.mayAccept) this.awaitLease(call, leaseLost(target));
    else this.offer(call, metadata, present);
    return call;
  }

  /** Which components an actor has is known once it is active; before, that it surely has none of the name. */
  private classOf(metadata: ActorMetadata, target: EntityId, chain: CallChain, present: Activation | undefined): ClassMetadata {
    const { component } = target;
    if (component === undefined) return metadata;
    const found = present?.entity(component, chain)?.metadata ?? this.types.components.possible(metadata, component);
    if (found) return found;
    throw unknownComponent(target, component);
  }

  private offer(call: PendingCall, metadata: ActorMetadata, present?: Activation): void {
    const { target } = call.envelope;
    // Nobody is woken to hear that a result arrived, least of all who was destroyed by that call.
    if (call.mode === ACKNOWLEDGE_MODE && !this.catalog.get(target)) return call.succeed(undefined);
    const activation = present ?? this.catalog.getOrActivate(metadata, target, call.chain);
    call.isInStack = true;
    activation.offer(call);
    call.isInStack = false;
  }
}

/** Somebody's code waits for it, or has sent it: it is no hook, message or tick. */
function isOfCaller({ envelope: { kind }, mark, settles, due, message, reply }: PendingCall): boolean {
  return (kind === 'call' || kind === 'oneWay') && mark === undefined && settles === undefined && due === undefined && message === undefined && reply === undefined;
}

function leaseLost(target: EntityId): SiloUnavailableError {
  return new SiloUnavailableError(`${printEntityId(target)}: this silo lost its lease; the call did not run`);
}

function noMethod(metadata: ClassMetadata, target: EntityId, method: string): UnknownMethodError {
  const note = functionFieldNote(metadata, method);
  return new UnknownMethodError(`${printEntityId(target)} has no callable method '${method}'${note === undefined ? '' : `: ${note}`}`, { method });
}
