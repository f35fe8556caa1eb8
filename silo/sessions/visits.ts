// Visits. Owns: how a silo itself reaches an actor's activation, on whichever silo that is: greetings and goodbyes of clients, subscriptions.
//   I1. A visit finds, places and wakes the actor exactly as a call does, and meets an activation that is active.
//   I2. One that meets the end of an activation goes on to the next one: whoever serves it must bear to be asked twice.
//   I3. The first argument is the silo that asks: nothing is done here for one that this silo believes dead.
import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { CancelledError, SiloUnavailableError, TroupeError, UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import type { ActorTypes } from '../actor-types.js';
import type { Catalog } from '../catalog.js';
import { Moved } from '../links/moved.js';
import type { Elsewhere } from '../router.js';
import { CallChain } from '../turns/call-chain.js';
import type { SiloLine } from './silo-line.js';

/** What is done at the activation. `args` without the silo that asks. */
export type VisitHandler = (activation: Activation, asker: Incarnation, args: readonly unknown[], envelope: Envelope) => Promise<unknown>;

export type VisitOptions = Pick<Envelope, 'identity' | 'signal'>;

const TIMEOUT_MS = 30_000;

export class Visits {
  /** Set once when this silo has others beside it. */
  elsewhere: Elsewhere | undefined;
  private readonly handlers = new Map<string, VisitHandler>();

  constructor(private readonly types: ActorTypes, private readonly catalog: Catalog, private readonly line: SiloLine, private readonly clock: Clock) {}

  on(method: string, handler: VisitHandler): void {
    this.handlers.set(method, handler);
  }

  /** Rejects as a call does, and with what the handler throws. */
  async call(target: ActorId, method: string, args: readonly unknown[], { identity, signal }: VisitOptions = {}): Promise<unknown> {
    const envelope: Envelope = {
      kind: 'hook', target, method, args: [this.line.self, ...args], identity, signal, deadlineMs: this.clock.monotonicMs() + TIMEOUT_MS, timeoutMs: TIMEOUT_MS, hops: 0,
    };
    if (this.elsewhere && this.catalog.get(target) === undefined) return this.elsewhere.route(envelope);
    return this.serve(envelope);
  }

  /** A visit from here or from another silo. Throws what keeps the actor from being woken here at all. */
  serve(envelope: Envelope): Promise<unknown> {
    const handler = this.handlers.get(envelope.method);
    if (!handler) throw new TypeError(`unknown visit '${envelope.method}'`);
    return this.visit(this.activate(envelope.target), envelope, handler);
  }

  private async visit(first: Activation, envelope: Envelope, handler: VisitHandler): Promise<unknown> {
    const [asker, ...args] = envelope.args as [Incarnation, ...unknown[]];
    if (asker !== this.line.self) await this.line.meet(asker);
    for (let activation = first; ; activation = this.activate(envelope.target)) {
      try {
        await activation.ready();
        // It may have begun to end since: then its end is waited for.
        if (activation.status !== 'active') continue;
        if (envelope.signal?.aborted) throw new CancelledError(`${envelope.method}: cancelled by the silo that asked`);
        return await handler(activation, asker, args, envelope);
      } catch (error) {
        if (!isOver(activation, error)) throw error;
      }
      // I2.
      const { target, hops } = envelope;
      if (hops > 0) throw this.movedFrom(target);
      if (this.elsewhere && this.catalog.get(target) === undefined) return this.elsewhere.route(envelope);
    }
  }

  private movedFrom(target: ActorId): Moved {
    const seen = this.elsewhere?.lastSeen(target);
    return new Moved(seen === undefined ? undefined : { incarnation: seen, token: '' });
  }

  private activate(id: ActorId): Activation {
    const metadata = this.types.get(id.type);
    if (!metadata) throw new UnknownActorTypeError(`no silo hosts the actor type '${id.type}'`, { type: id.type });
    if (this.catalog.stopping) throw new SiloUnavailableError(`${printEntityId(id)}: this silo is stopping`);
    return this.catalog.getOrActivate(metadata, id, new CallChain());
  }
}

/** The error is the activation's end, not the actor's own. */
function isOver(activation: Activation, error: unknown): boolean {
  return (activation.wasActive || activation.isSuperseded) && activation.status === 'ended' && error instanceof TroupeError;
}
