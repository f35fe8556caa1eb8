import type { Codec } from '../../protocol/codec/index.js';
import type { OutboxDraft } from '../activation/unit-of-work.js';
import { encodeStored, type StoredMessage } from './stored-message.js';

/** A message on its way into the outbox of an actor, and after that into its queue. */
export class SentDraft implements OutboxDraft {
  sequence = 0;
  payload: Uint8Array;

  constructor(public message: StoredMessage, private readonly codec: Codec) {
    this.payload = encodeStored(message, codec);
  }

  seal(version: number): Uint8Array {
    if (this.message.to !== 'bound' || this.message.version === version) return this.payload;
    this.message = { ...this.message, version };
    return encodeStored(this.message, this.codec);
  }
}
