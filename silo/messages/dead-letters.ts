// Dead letters: messages that were given up. One goes with the mark of its message, in one commit, into the outbox of its listener, and from there into the records.
import { createHash } from 'node:crypto';
import { describe, isRecord } from '../../decorators/options.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { Delivery, Message } from '../../protocol/delivery.js';
import { ConfigurationError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { DeadLetter, DeadLetterStore } from '../../protocol/ports/message-records.js';
import type { DeadLetterInfo, DeadLetterListing, DeadLetters } from '../../sdk/author/dead-letters.js';
import type { Outbound } from './outbound.js';
import { LETTER_SENDER, senderOf } from './sender-name.js';

const LONGEST_PAGE = 1000;
const CURSOR = /^\d+$/;

/** The same for whatever brings the message again, sent anew from its letter too. `sender`: as marks name it. */
export function letterIdOf(sender: string, sequence: number, listener: EntityId): string {
  const isSentAnew = sender.slice(sender.indexOf('>') + 1).startsWith(`${LETTER_SENDER}/`);
  if (isSentAnew) return sender.slice(sender.indexOf(`${LETTER_SENDER}/`) + LETTER_SENDER.length + 1);
  return idOf(sender, sequence, listener);
}

export function letterOf(delivery: Delivery, attempts: number, error: unknown, at: number, codec: Codec): DeadLetter {
  const { listener, payload, sequence } = delivery;
  const sender = senderOf(delivery);
  return {
    id: idOf(sender, sequence, listener),
    target: listener, attempts, at, payload, sender, sequence, ...aboutMessage(payload, codec),
    error: error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) },
  };
}

/** See `silo.deadLetters`. */
export class SiloDeadLetters implements DeadLetters {
  constructor(private readonly store: DeadLetterStore, private readonly outbound: Outbound) {}

  async list(query: { readonly limit?: number; readonly cursor?: string; readonly type?: string } = {}): Promise<DeadLetterListing> {
    const given: unknown = query;
    if (!isRecord(given)) throw new ConfigurationError(`deadLetters.list: expected a query { limit?, cursor?, type? }, got ${describe(given)}`);
    const { limit = 100, cursor, type, ...others } = query;
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined) throw new ConfigurationError(`deadLetters.list: unknown option '${unknown}'; known: limit, cursor, type`);
    if (type !== undefined && typeof type !== 'string') throw new ConfigurationError(`deadLetters.list: type is the name of an actor type, got ${describe(type)}`);
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > LONGEST_PAGE) throw new ConfigurationError(`deadLetters.list: limit is a whole number from 1 to ${LONGEST_PAGE}`);
    if (cursor !== undefined && !CURSOR.test(cursor)) throw new ConfigurationError('deadLetters.list: cursor is the one of the page before');
    const page = await this.store.list({ limit, cursor, type });
    return { letters: page.letters.map(infoOf), cursor: page.cursor };
  }

  count(type?: string): Promise<number> {
    return this.store.count(type);
  }

  /** In its queue before the letter is gone. Rejects with `SiloUnavailableError` when this silo stops before that. */
  async retry(id: string): Promise<boolean> {
    const letter = await this.store.get(id);
    if (!letter) return false;
    const { target, payload } = letter;
    const stored = this.outbound.add([{ sender: { type: LETTER_SENDER, key: id }, sequence: 1, low: 1, listener: target, ordinal: 0, total: 1, payload }]);
    if (!(await this.outbound.unlessStopped(stored))) {
      throw new SiloUnavailableError(`deadLetters.retry: this silo stopped before letter '${id}' was in its queue; ask another silo: sent anew twice, it arrives once`);
    }
    return this.store.remove(id);
  }

  discard(id: string): Promise<boolean> {
    return this.store.remove(id);
  }
}

function idOf(sender: string, sequence: number, listener: EntityId): string {
  return createHash('sha256').update(`${sender}#${sequence} ${printEntityId(listener)}`).digest('base64url').slice(0, 22);
}

/** For the log: by which it is found in `silo.deadLetters`. */
export function inLog(letter: DeadLetter): Readonly<Record<string, unknown>> {
  return { letter: letter.id, ...whatItWas(letter), attempts: letter.attempts };
}

function infoOf(letter: DeadLetter): DeadLetterInfo {
  const { id, target, attempts, error, at } = letter;
  return { id, target, ...whatItWas(letter), attempts, error, at };
}

function whatItWas({ kind, name }: DeadLetter): Pick<DeadLetterInfo, 'method' | 'event' | 'reminder'> {
  if (kind === 'tell') return { method: name };
  return kind === 'reminder' ? { reminder: name } : { event: name };
}

function aboutMessage(payload: Uint8Array, codec: Codec): Pick<DeadLetter, 'kind' | 'name'> {
  try {
    const message = codec.decode(payload) as Message;
    return { kind: message.kind, name: nameIn(message) };
  } catch {
    return { kind: 'unreadable', name: '' };
  }
}

function nameIn(message: Message): string {
  if (message.kind === 'tell') return message.method;
  return message.kind === 'reminder' ? message.name : message.event;
}
