import type { EntityId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import type { Codec } from '../protocol/codec/index.js';
import type { Invoker } from '../protocol/envelope.js';
import type { Clock, Logger } from '../protocol/ports/index.js';
import { isPrimitive } from '../protocol/primitive.js';
import type { CallOptions } from '../sdk/author/index.js';
import { currentTurn, openTurn } from '../sdk/context/turn-scope.js';
import type { ActorTypes } from './actor-types.js';
import { BIND } from './activation/system-methods.js';
import { LocalEnvelope } from './local-envelope.js';
import { listenerName } from './messages/listener-name.js';
import type { SiloMessages } from './messages/silo-messages.js';

/** Turns a handle's verb into an envelope: who calls (from the running turn), until when, with which copy of the arguments. */
export class SiloHandleCaller {
  constructor(
    private readonly invoker: Invoker,
    private readonly codec: () => Codec,
    private readonly clock: Clock,
    private readonly types: ActorTypes,
    private readonly log: Logger,
    private readonly messages: () => Pick<SiloMessages, 'telling' | 'durable'>,
  ) {}

  call(target: EntityId, method: string, args: unknown[], options: CallOptions, mode: 'call' | 'oneWay'): Promise<unknown> {
    let envelope: LocalEnvelope;
    try {
      envelope = this.envelope(target, method, args, options, mode);
    } catch (error) {
      if (mode === 'oneWay') throw error;
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    const result = options.durable ? this.messages().durable.call(this.invoker, envelope, currentTurn()) : this.invoker.invoke(envelope);
    if (mode === 'call') return result;
    result.catch((error: unknown) => this.log.debug({ err: error, target: printEntityId(target), method }, 'a one-way call failed'));
    return Promise.resolve();
  }

  tell(target: EntityId, method: string, args: unknown[], options: CallOptions): Promise<void> {
    return promised(() => this.messages().telling.tell(target, method, args, options));
  }

  send(target: EntityId, event: object): Promise<void> {
    return promised(() => this.messages().telling.send(target, event));
  }

  /** A call of the emitter, whose binding it is. */
  async bind({ type, key }: EntityId, event: string, listener: EntityId, bound: boolean): Promise<void> {
    await this.call({ type, key }, BIND, [event, listenerName(listener), bound], {}, 'call');
  }

  componentName(classOrName: unknown): string {
    return this.types.componentName(classOrName);
  }

  private envelope(target: EntityId, method: string, args: unknown[], options: CallOptions, kind: 'call' | 'oneWay'): LocalEnvelope {
    const turn = currentTurn();
    // The name is for the error alone: it is not built on every call.
    if (turn && !turn.isOpen) openTurn(`${printEntityId(target)}.${method}`);
    // The array is this call's own: what cannot change needs no copy.
    const copied = args.every(isPrimitive) ? args : this.codec().copy(args, 'args');
    // Its own key says more.
    const isPlain = kind === 'call' && turn && !options.durable && options.idempotencyKey === undefined;
    const durable = isPlain ? this.messages().durable.nested.of(this.invoker, turn, target, method, copied) : undefined;
    return new LocalEnvelope(kind, target, method, copied, turn, options, this.clock, durable);
  }
}

/** As an async function would be, with one promise: most of what is told is only buffered. */
function promised(act: () => Promise<void> | void): Promise<void> {
  try {
    return act() ?? Promise.resolve();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
