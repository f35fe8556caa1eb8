import type { ByteWriter } from './byte-writer.js';
import { CONTROL } from './lane.js';
import { MessageKind } from './message-kind.js';
import { Outgoing, type OutgoingWriters } from './outgoing.js';
import type { Tail } from './value-wire.js';

/** A control message to another silo. */
export class OutgoingAsk extends Outgoing {
  readonly lane = CONTROL;
  readonly isOneWay = false;

  constructor(
    private readonly topic: string,
    private readonly body: unknown,
    readonly timeoutMs: number,
    deadlineMs: number,
    onSettled: () => void,
  ) {
    super(deadlineMs, onSettled);
  }

  describe(): string {
    return `control message '${this.topic}'`;
  }

  write(out: ByteWriter, { values }: OutgoingWriters): Tail {
    out.byte(MessageKind.ask);
    out.varint(this.id);
    out.text(this.topic);
    return values.write(out, this.body, 'body');
  }
}
