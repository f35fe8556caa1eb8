import type { EntityId } from '../../protocol/actor-id.js';
import type { Baggage, CallerTurn, Chain, DurableCall, Envelope, EnvelopeKind } from '../../protocol/envelope.js';
import type { Identity } from '../../protocol/identity.js';
import { RemoteSignal } from '../../protocol/remote-signal.js';

/** A call that came over a link. Its deadline is on this silo's clock. */
export class RemoteEnvelope implements Envelope {
  /** The id that the answer carries. */
  callId = -1;
  readonly signal = new RemoteSignal();
  from: EntityId | undefined = undefined;
  identity: Identity | undefined = undefined;
  chain: Chain | undefined = undefined;
  caller: CallerTurn | undefined = undefined;
  idempotencyKey: string | undefined = undefined;
  durable: DurableCall | undefined = undefined;
  baggage: Baggage | undefined = undefined;
  args: readonly unknown[] = [];

  constructor(
    readonly kind: EnvelopeKind,
    readonly target: EntityId,
    readonly method: string,
    readonly deadlineMs: number,
    readonly timeoutMs: number,
    readonly hops: number,
  ) {}
}
