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
import type { Statistics } from './activation/silo-services.js';
import { ACKNOWLEDGE_MODE, systemMode } from './activation/system-methods.js';
import type { ActorTypes } from './actor-types.js';
import type { Catalog } from './catalog.js';
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

/** A call for which the cluster's router chose this silo, and which goes back to it when the actor turns out to be elsewhere. */
class RoutedCall extends PendingCall {}

export class Router implements Invoker {
  /** Set once when this silo has others beside it. */
  elsewhere: Elsewhere | undefined;

  constructor(
    private readonly types: ActorTypes,
    private readonly catalog: Catalog,
    private readonly membership: Membership,
    private readonly statistics: Statistics,
    private readonly services: Invoker,
  ) {}

  /** Rejects with an `Unknown…Error` before anything is activated. */
  invoke(envelope: Envelope): Promise<unknown> {
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
    if (!this.membership.mayAccept) throw new SiloUnavailableError(`${printEntityId(target)}: this silo lost its lease; the call did not run`);
    // While the silo stops, running turns still reach the actors that are there.
    if (this.catalog.stopping && !(envelope.chain && present)) {
      throw new SiloUnavailableError(`${printEntityId(target)}: this silo is stopping; the call did not run`);
    }
    this.statistics.calls++;
    const call = new Call(envelope, chain, mode);
    if (envelope.signal?.aborted) call.cancel();
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


function noMethod(metadata: ClassMetadata, target: EntityId, method: string): UnknownMethodError {
  const note = functionFieldNote(metadata, method);
  return new UnknownMethodError(`${printEntityId(target)} has no callable method '${method}'${note === undefined ? '' : `: ${note}`}`, { method });
}
