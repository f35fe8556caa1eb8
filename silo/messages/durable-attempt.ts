import type { EntityId } from '../../protocol/actor-id.js';
import type { Baggage, CallerTurn, CancelSignal, Chain, DurableCall, Envelope } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';

/** One attempt of a durable call: each takes part in its caller's chain as any call does. */
export class DurableAttempt implements Envelope {
  readonly kind = 'call';
  readonly hops = 0;
  readonly target: EntityId;
  readonly method: string;
  readonly from: EntityId | undefined;
  readonly identity: Identity | undefined;
  readonly baggage: Baggage | undefined;
  readonly chain: Chain | undefined;
  readonly caller: CallerTurn | undefined;
  readonly timeoutMs: number;
  readonly signal: CancelSignal | undefined;

  constructor(call: Envelope, readonly args: readonly unknown[], readonly deadlineMs: number, readonly durable: DurableCall) {
    ({
      target: this.target, method: this.method, from: this.from, identity: this.identity, baggage: this.baggage,
      chain: this.chain, caller: this.caller, timeoutMs: this.timeoutMs, signal: this.signal,
    } = call);
  }
}
