import { printEntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { Member } from '../../protocol/ports/index.js';
import type { ByteWriter } from './byte-writer.js';
import type { CallWatch } from './call-watch.js';
import { CALLS } from './lane.js';
import { MessageKind } from './message-kind.js';
import { Outgoing, type OutgoingWriters } from './outgoing.js';
import type { Tail } from './value-wire.js';

/** A call to an actor on another silo. */
export class OutgoingCall extends Outgoing {
  readonly lane = CALLS;
  private onAbort: (() => void) | undefined = undefined;

  constructor(private readonly envelope: Envelope, onSettled: () => void, private readonly to: Member, private readonly watch: CallWatch | undefined) {
    super(envelope.deadlineMs, onSettled);
    const { signal } = envelope;
    if (signal === undefined) return;
    this.onAbort = () => this.cancel(signal.reason);
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  get isOneWay(): boolean {
    return this.envelope.kind === 'oneWay';
  }

  get timeoutMs(): number {
    return this.envelope.timeoutMs;
  }

  describe(): string {
    return `${printEntityId(this.envelope.target)}.${this.envelope.method}`;
  }

  write(out: ByteWriter, writers: OutgoingWriters, nowMs: number): Tail {
    if (this.isOneWay) out.byte(MessageKind.oneWay);
    else {
      out.byte(MessageKind.call);
      out.varint(this.id);
    }
    return writers.envelopes.write(out, this.envelope, nowMs);
  }

  protected override stopListening(): void {
    if (this.onAbort) this.envelope.signal?.removeEventListener('abort', this.onAbort);
    if (this.watch) this.watch.ended(this.envelope);
  }

  protected override rescue(error: unknown): Promise<unknown> | undefined {
    return this.watch?.failed(this.to, this.envelope, error);
  }
}
