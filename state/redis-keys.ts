import { createHash } from 'node:crypto';
import type { ActorId } from '../protocol/actor-id.js';
import { PARTITION_TYPE } from '../protocol/partitions.js';

const LONGEST_PLAIN_BYTES = 64;
const TAG_SHARDS = 16;

/** The keys of one actor; all share a hash tag. The names are protocol.md §1's. */
export interface ActorKeys {
  readonly row: string;
  readonly operations: string;
  readonly outbox: string;
  readonly inbox: string;
  readonly reminders: string;
  readonly sources: string;
  readonly subscriptions: string;
  /** Bindings that are over and still needed, by the version that ended them; and those of earlier lives, by the version of their destruction. */
  readonly unbound: string;
  readonly earlierLives: string;
  bindings(event: string): string;
  /** Which of a message's listeners are through with it. */
  shares(sequence: number): string;
}

/** The keys of the membership table; all share a hash tag. */
export interface MembershipKeys {
  readonly silos: string;
  readonly heartbeats: string;
  readonly addresses: string;
  readonly epoch: string;
  readonly genesis: string;
  votes(incarnation: string): string;
}

/** The keys of the dead letters; all share a hash tag. */
export interface DeadLetterKeys {
  readonly letters: string;
  readonly lastNumber: string;
  readonly byNumber: string;
  readonly removed: string;
  byType(type: string): string;
}

/** The keys of one broadcast's tracker; all share a hash tag. */
export interface TrackerKeys {
  readonly tracker: string;
  readonly received: string;
  readonly processed: string;
  readonly failed: string;
  readonly failures: string;
}

/**
 * Spells a text so that it can stand in a key: base64url of its UTF-8 bytes, or `~` and a 128-bit hash when longer than 64 bytes.
 * `~` is no base64url digit, so a short text never reads like the hash of a long one. Raw text could hold braces and move the hash tag.
 */
export function encodeKeyPart(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= LONGEST_PLAIN_BYTES) return bytes.toString('base64url');
  return `~${createHash('sha256').update(bytes).digest().toString('base64url', 0, 16)}`;
}

/** A name in the slot of `key` that nothing is kept under: what is written there is gone at once (protocol.md §7, WAIT). */
export function touchKey(key: string): string {
  return `${key.slice(0, key.indexOf('}') + 1)}:w`;
}

/** All Redis keys of one cluster, as protocol.md §1 lists them. `cluster` and actor types are wire names: they hold no `/` and no braces. */
export class RedisKeys {
  readonly membership: MembershipKeys;

  constructor(private readonly cluster: string) {
    const tag = `troupe:{${cluster}/m}`;
    this.membership = {
      silos: `${tag}:silos`, heartbeats: `${tag}:hb`, addresses: `${tag}:addr`, epoch: `${tag}:epoch`, genesis: `${tag}:genesis`,
      votes: (incarnation) => `${tag}:votes:${incarnation}`,
    };
  }

  /** What all of them, and no key of another cluster, match (`SCAN`): names have no character that means something in a pattern. */
  get pattern(): string {
    return `${this.membership.silos.slice(0, -'m}:silos'.length)}*`;
  }

  /** The row alone: all that most commands touch. */
  row(id: ActorId): string {
    if (id.type === PARTITION_TYPE) return `${this.partition(Number(id.key))}:a`;
    return `troupe:{${this.cluster}/${id.type}/${encodeKeyPart(id.key)}}:a`;
  }

  actor(id: ActorId): ActorKeys {
    const row = this.row(id);
    const tag = row.slice(0, -2);
    return {
      row, operations: `${tag}:ops`, outbox: `${tag}:out`, inbox: `${tag}:in`, reminders: `${tag}:r`, sources: `${tag}:src`, subscriptions: `${tag}:sub`,
      unbound: `${tag}:u`, earlierLives: `${tag}:old`,
      bindings: (event) => `${tag}:b:${event}`,
      shares: (sequence) => `${tag}:s:${sequence}`,
    };
  }

  /** Actors of a silo that somebody must look after when it dies. */
  dirty(incarnation: string): string {
    return `troupe:{${this.cluster}/dirty/${encodeKeyPart(incarnation)}}`;
  }

  /**
   * What a partition's keys begin with: its owner's row, and its queue; they share a hash tag. An actor of a type `p` does not meet those of the
   * first hundred: no key is spelled with fewer than two digits of base64url, and one of two never ends with a decimal digit.
   */
  partition(index: number): string {
    return `troupe:{${this.cluster}/p/${index}}`;
  }

  get deadLetters(): DeadLetterKeys {
    const letters = `troupe:{${this.cluster}/dead}`;
    return {
      letters, lastNumber: `${letters}:n`, byNumber: `${letters}:at`, removed: `${letters}:gone`,
      byType: (type) => `${letters}:t:${encodeKeyPart(type)}`,
    };
  }

  /** The durable calls of one message's turn. */
  journal(messageId: string): string {
    return `troupe:{${this.cluster}/calls/${encodeKeyPart(messageId)}}`;
  }

  /** How a chain of tail calls ended. */
  chainEnd(id: string): string {
    return `troupe:{${this.cluster}/ended/${encodeKeyPart(id)}}`;
  }

  tracker(id: string): TrackerKeys {
    const tracker = `troupe:{${this.cluster}/bc/${encodeKeyPart(id)}}`;
    return { tracker, received: `${tracker}:got`, processed: `${tracker}:done`, failed: `${tracker}:bad`, failures: `${tracker}:why` };
  }

  /** The shard of a tag's index in which the actor stands. */
  tagOf(tag: string, id: ActorId): string {
    const digest = createHash('sha1').update(`${id.type}/${id.key}`).digest();
    return this.tagShard(tag, digest[0]! % TAG_SHARDS)!;
  }

  /** One shard of a tag's index; `undefined` past the last. */
  tagShard(tag: string, shard: number): string | undefined {
    return shard < TAG_SHARDS ? `troupe:{${this.cluster}/tag/${encodeKeyPart(tag)}/${shard}}` : undefined;
  }
}
