// ReplyWriter: answers as messages. R1. Every answer leaves as something: what cannot be sent becomes the error that says so.
import { fromWireError, toWireError, type Codec, type WireError } from '../../protocol/codec/index.js';
import { LinkLostError, PayloadTooLargeError } from '../../protocol/errors/index.js';
import type { ByteReader } from './byte-reader.js';
import type { FrameLanes } from './frame-lanes.js';
import type { Lane } from './lane.js';
import type { LinkLimits } from './link-limits.js';
import { MessageKind } from './message-kind.js';
import { Moved } from './moved.js';
import { Unreadable, type Tail, type ValueWire } from './value-wire.js';

export class ReplyWriter {
  constructor(private readonly lanes: FrameLanes, private readonly values: ValueWire, private readonly codec: Codec, private readonly limits: LinkLimits) {}

  succeed(lane: Lane, id: number, value: unknown): void {
    if (this.lanes.isWriting) return this.later(() => this.succeed(lane, id, value));
    if (this.lanes.waitingBytes > 2 * this.limits.maxWaitingBytes) {
      this.fail(lane, id, new LinkLostError(`the result is withheld: more than ${2 * this.limits.maxWaitingBytes} bytes wait for this link; the call ran`));
      return;
    }
    const problem = this.write(lane, MessageKind.value, id, value);
    if (problem !== undefined) this.fail(lane, id, problem);
  }

  fail(lane: Lane, id: number, error: unknown): void {
    if (this.lanes.isWriting) return this.later(() => this.fail(lane, id, error));
    if (error instanceof Moved) return this.move(lane, id, error);
    const problem = this.write(lane, MessageKind.failed, id, toWireError(error, this.codec, { audience: 'cluster' }));
    if (problem === undefined) return;
    // The error carries too much, or something that its own copy did not refuse: its class and message have to do.
    const { kind, name, message } = toWireError(error, this.codec, { audience: 'cluster' });
    this.write(lane, MessageKind.failed, id, { kind, name, message: message.slice(0, 10_000) } satisfies WireError);
  }

  /** Code of a value that is being encoded has ended a call: the answer waits for that message to be complete. */
  private later(write: () => void): void {
    void Promise.resolve().then(write);
  }

  /** What kept it from being sent, or `undefined`. */
  private write(lane: Lane, kind: number, id: number, value: unknown): unknown {
    const out = this.lanes.begin(lane);
    const start = out.length;
    let tail: Tail;
    try {
      out.byte(kind);
      out.varint(id);
      tail = this.values.write(out, value, 'result');
    } catch (error) {
      this.lanes.abandon(lane, start);
      return error;
    }
    if (this.lanes.commit(lane, start, tail, undefined)) return undefined;
    const limit = this.limits.maxMessageBytes;
    return new PayloadTooLargeError(`the result is longer than the ${limit} bytes that a message between silos may have; the call ran`, { limit });
  }

  private move(lane: Lane, id: number, { holder }: Moved): void {
    const out = this.lanes.begin(lane);
    const start = out.length;
    out.byte(MessageKind.moved);
    out.varint(id);
    out.byte(holder === undefined ? 0 : 1);
    if (holder !== undefined) {
      out.text(holder.token);
      out.text(holder.incarnation);
    }
    this.lanes.commit(lane, start, undefined, undefined);
  }
}

/** The error of a `failed` message. */
export function readFailure(from: ByteReader, values: ValueWire): unknown {
  const wire = values.read(from);
  if (wire instanceof Unreadable) return wire.reason;
  return fromWireError((typeof wire === 'object' && wire !== null ? wire : { kind: 'remote', name: 'Error', message: 'an error that cannot be read' }) as WireError);
}

/** The error of a `moved` message. */
export function readMoved(from: ByteReader): Moved {
  return new Moved(from.byte() === 0 ? undefined : { token: from.text(), incarnation: from.text() });
}
