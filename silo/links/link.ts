// Link. Owns: one connection to a peer, what waits on it for answers, and what the peer waits for.
//   L1. Bytes that make no sense end the connection; they never throw into the network.
//   L2. When it closes, what waits fails at once: `LinkLostError` when its message had been handed over, else `SiloUnavailableError`.
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { FrameConnection } from '../../protocol/ports/frame-network.js';
import type { Incarnation } from '../../protocol/ports/state-store.js';
import { PayloadTooLargeError } from '../../protocol/errors/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { CallTable } from './call-table.js';
import { takeLeave, type FarewellLimits, type Parting } from './farewell.js';
import { FrameLanes } from './frame-lanes.js';
import { CALLS } from './lane.js';
import { IncomingCalls } from './incoming-calls.js';
import type { LinkContext } from './link-context.js';
import { LinkReader, type LinkState } from './link-reader.js';
import { CHUNK_BYTES, type LinkLimits } from './link-limits.js';
import { MalformedFrame } from './malformed-frame.js';
import { MessageKind } from './message-kind.js';
import type { Outgoing, OutgoingKeeper, OutgoingWriters } from './outgoing.js';
import { EnvelopeWriter } from './envelope-writer.js';
import { OutgoingNames } from './outgoing-names.js';
import { ReplyWriter } from './reply-writer.js';
import { DRAIN_MS, Retirement } from './retirement.js';
import { ValueWire, type Tail } from './value-wire.js';

export class Link implements OutgoingKeeper, LinkState, Parting {
  private readonly calls = new CallTable();
  private readonly lanes: FrameLanes;
  private readonly writers: OutgoingWriters;
  private readonly incoming: IncomingCalls;
  private readonly reader: LinkReader;
  private readonly clock: Clock;
  private readonly limits: LinkLimits;
  private readonly log: Logger;
  private isClosed = false;
  private readonly retirement: Retirement;

  /** `opener`: the incarnation that opened the connection. `onGone` is called once, when it has closed. */
  constructor(private readonly connection: FrameConnection, readonly opener: Incarnation, context: LinkContext, private readonly onGone: (link: Link) => void) {
    const { codec, limits, clock } = context;
    const values = new ValueWire(codec, CHUNK_BYTES);
    this.clock = clock;
    this.limits = limits;
    this.log = context.log.child({ peer: connection.peer.siloId, incarnation: connection.peer.incarnation });
    const names = new OutgoingNames();
    this.lanes = new FrameLanes(connection, names, limits, clock);
    this.writers = { values, envelopes: new EnvelopeWriter(names, values) };
    this.incoming = new IncomingCalls(connection.peer, context.handler, new ReplyWriter(this.lanes, values, codec, limits), this.log);
    this.reader = new LinkReader(limits, values, { calls: this.calls, incoming: this.incoming, link: this });
    this.retirement = new Retirement(clock, {
      isBusy: () => this.calls.size > 0 || this.lanes.hasLarge,
      hasLeft: () => this.lanes.waitingBytes === 0,
      tell: () => this.sendShort(MessageKind.retire),
      close: () => this.close('retired: another link to the same silo is kept'),
    });
    connection.onClose((reason) => this.end(reason));
    connection.onFrame((frame) => this.receive(frame));
  }

  /** Bytes that wait to leave. */
  get waitingBytes(): number {
    return this.lanes.waitingBytes;
  }

  get hasEnded(): boolean {
    return this.isClosed;
  }

  /** Writes a message and keeps it until it settles. */
  send(call: Outgoing, nowMs: number): void {
    if (this.isClosed) return call.lose(false, 'the link is closed');
    if (this.lanes.isWriting) return this.later(() => call.isSettled || this.send(call, nowMs));
    const { lane } = call;
    if (!call.isOneWay) this.calls.add(call);
    call.keeper = this;
    const out = this.lanes.begin(lane);
    const start = out.length;
    let tail: Tail;
    try {
      tail = call.write(out, this.writers, nowMs);
    } catch (error) {
      this.lanes.abandon(lane, start);
      return call.fail(error);
    }
    if (!this.lanes.commit(lane, start, tail, call)) call.fail(this.tooLarge(call));
    else if (call.isOneWay) call.succeed(undefined);
  }

  release(call: Outgoing): void {
    if (call.isOneWay) return;
    this.calls.remove(call);
    this.retirement.review();
  }

  revoke(call: Outgoing): boolean {
    if (this.lanes.withdraw(call.lane, call)) return true;
    if (call.lane === CALLS && !call.isOneWay) this.sendShort(MessageKind.cancel, call.id);
    return false;
  }

  /** No new calls come: once those on the way are answered, the peer is told; the connection closes when both ends have told each other. */
  retire(): void {
    this.retirement.begin();
  }

  /** What waits fails (L2), what the peer asked is cancelled. */
  close(reason: string): void {
    if (this.isClosed) return;
    this.end(reason);
    this.connection.close(reason);
  }

  /** Resolves when all that is written has left, or the time is over. */
  async drain(untilMs: number): Promise<void> {
    this.lanes.flush();
    while (!this.isClosed && this.lanes.waitingBytes > 0 && this.clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => void this.clock.setTimer(resolve, DRAIN_MS));
    }
  }

  /** Resolves when the peer has all that it waits for, or when that takes too long. */
  async takeLeave(limits: FarewellLimits): Promise<void> {
    this.lanes.flush();
    await takeLeave(this, this.clock, limits);
  }

  owed(): number {
    return this.incoming.unanswered + this.lanes.waitingBytes;
  }

  onRetire(): void {
    this.retirement.onPeer();
  }

  private tooLarge(call: Outgoing): PayloadTooLargeError {
    const limit = this.limits.maxMessageBytes;
    return new PayloadTooLargeError(`${call.describe()}: longer than the ${limit} bytes that a message between silos may have; not sent`, { limit });
  }

  private receive(frame: Uint8Array): void {
    if (this.isClosed) return;
    try {
      // In memory, frames can arrive in the stack of a turn of the peer's.
      runOutsideTurns(() => this.reader.read(frame, this.clock.monotonicMs()));
    } catch (error) {
      if (error instanceof MalformedFrame) this.log.warn({ err: error }, 'a peer sent bytes that are no frame: the link is closed');
      else this.log.error({ err: error }, 'reading a frame failed: the link is closed');
      this.close(`malformed frame: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** L2. */
  private end(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.retirement.end();
    this.lanes.close();
    this.onGone(this);
    for (const call of this.calls.all()) call.lose(this.lanes.hasLeft(call), reason);
    this.incoming.close();
  }

  private sendShort(kind: number, id?: number): void {
    if (this.isClosed) return;
    if (this.lanes.isWriting) return this.later(() => this.sendShort(kind, id));
    const out = this.lanes.begin(CALLS);
    const start = out.length;
    out.byte(kind);
    if (id !== undefined) out.varint(id);
    this.lanes.commit(CALLS, start, undefined, undefined);
  }

  /** Code of a value that is being encoded wants to send something: it waits for that message to be complete. */
  private later(send: () => void): void {
    void Promise.resolve().then(send);
  }
}
