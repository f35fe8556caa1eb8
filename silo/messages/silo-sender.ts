// SiloSender. Owns: the messages that are sent outside any turn: by the silo object, by clients and services. They stand in an outbox of this silo's own.
//   S1. A promise resolves when the message is in the outbox. What waits at the same time is one commit; one is in flight.
//   S2. What is held stays there and goes into no queue, until it is released or settled; or this silo dies.
import { randomBytes } from 'node:crypto';
import type { ActorId } from '../../protocol/actor-id.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Incarnation } from '../../protocol/ports/index.js';
import type { MessageParts } from './message-parts.js';
import { Outgoing } from './outgoing.js';
import type { SentDraft } from './sent-draft.js';

/** No user's type can be named so. */
export const SILO_SENDER = '@silo';
const RESEND_MS = 100;

/** What holds a message back, and how its listener marks it. */
export interface HeldMessage {
  /** Up to now. */
  mark(): { readonly low: number; readonly ids: readonly number[] };
  /** Nobody waits for what comes of it: it goes into its queue. */
  release(): void;
  readonly isReleased: boolean;
  /** It is done with, and goes when the store can take it. */
  settle(): void;
  /** As `settle`; resolves when it is gone. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly isHeld: boolean;
  readonly draft: SentDraft;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class SiloSender {
  readonly id: ActorId;
  private readonly token: string;
  private readonly outgoing: Outgoing;
  private waiting: Waiting[] = [];
  /** S2: their numbers. */
  private readonly held = new Set<number>();
  private isRunning = false;
  private isStopped = false;
  private version = -1;
  private sequence = 0;
  private commits = 0;

  constructor(private readonly incarnation: Incarnation, private readonly parts: MessageParts) {
    this.id = { type: SILO_SENDER, key: incarnation };
    this.token = `${incarnation}:${randomBytes(12).toString('base64url')}`;
    this.outgoing = new Outgoing(this.id, parts, () => !this.isStopped);
  }

  send(draft: SentDraft, isHeld = false): Promise<void> {
    if (this.isStopped) return Promise.reject(stopping());
    return new Promise((resolve, reject) => {
      this.waiting.push({ draft, isHeld, resolve, reject });
      if (!this.isRunning) void this.drain();
    });
  }

  /** S2. Resolves when it is stored. */
  async hold(draft: SentDraft): Promise<HeldMessage> {
    await this.send(draft, true);
    const { sequence } = draft;
    const { held } = this;
    let isSettling = false;
    return {
      get isReleased() {
        return !held.has(sequence);
      },
      mark: () => ({ low: draft.message.to === 'one' ? this.outgoing.lows.of(draft.message.listener) : 0, ids: [sequence] }),
      // What is being settled goes nowhere: its caller is told that nothing of it goes on. S2 where that does not succeed.
      release: () => void (!isSettling && held.delete(sequence) && this.outgoing.relay([draft])),
      settle: () => {
        held.delete(sequence);
        this.parts.settling.settle(this.id, sequence, 0, 1);
      },
      settled: async () => {
        isSettling = true;
        await this.untilAnswered(() => this.parts.store.settle(this.id, [sequence]));
        held.delete(sequence);
      },
    };
  }

  /** Resolves when all that was taken is in the queues. */
  async relayed(): Promise<void> {
    await this.outgoing.relayed();
  }

  /** What does not leave the outbox may have been lost on its way. */
  async relayAgain(): Promise<void> {
    if (this.version < 0) return;
    await this.outgoing.relayAgain(() => {
      // S2. As of before the look: what was held then, or came later, may be settled by the time of its answer, and must go nowhere.
      const [held, last] = [new Set(this.held), this.sequence];
      return (sequence) => sequence <= last && !held.has(sequence);
    });
  }

  stop(): void {
    this.isStopped = true;
    for (const { reject } of this.waiting.splice(0)) reject(stopping());
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.commit(batch);
        for (const { resolve } of batch) resolve();
        this.outgoing.relay(batch.flatMap(({ draft, isHeld }) => (isHeld ? [] : [draft])));
      } catch (error) {
        for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.isRunning = false;
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const { store, dirty } = this.parts;
    if (this.version < 0) await this.claim();
    for (const { draft, isHeld } of batch) {
      draft.sequence = ++this.sequence;
      if (isHeld) this.held.add(draft.sequence);
    }
    await dirty.note(this.id);
    const request = {
      id: this.id, token: this.token, commitId: `${this.token}${++this.commits}`, version: this.version, fields: NO_FIELDS,
      outbox: batch.map(({ draft: { sequence, payload } }) => ({ sequence, payload })),
    };
    const result = await this.untilAnswered(() => store.commit(request));
    if (result.status !== 'committed') throw new SiloUnavailableError(`the message was not stored (${result.status})`);
    this.version = result.version;
    if (result.oldestUnsettled !== undefined) this.outgoing.lows.low = result.oldestUnsettled;
    this.outgoing.lows.committed(this.sequence);
  }

  private async claim(): Promise<void> {
    const row = await this.untilAnswered(() => this.parts.store.claim({ id: this.id, token: this.token, incarnation: this.incarnation }));
    if (row.status !== 'claimed') throw new SiloUnavailableError('the outbox of this silo is taken');
    ({ version: this.version, lastSequence: this.sequence } = row);
  }

  /** Whatever is asked of the store bears to be asked twice. */
  private async untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.isStopped) throw error;
        this.parts.log.warn({ err: error }, 'a message could not be stored; it is tried again');
        await new Promise<void>((resolve) => void this.parts.clock.setTimer(resolve, RESEND_MS));
      }
    }
  }
}

/** Relays what a silo that died has left in its own outbox. Resolves when that is in the queues. */
export async function takeOverOutbox(id: ActorId, incarnation: Incarnation, parts: MessageParts): Promise<void> {
  const holder = await parts.store.lookup(id);
  const token = `${incarnation}:${randomBytes(12).toString('base64url')}`;
  const row = await parts.store.claim({ id, token, incarnation, expected: holder?.token });
  if (row.status !== 'claimed') throw new SiloUnavailableError('the outbox of a dead silo is with another');
  const outgoing = new Outgoing(id, parts, () => true);
  await outgoing.relayOutbox();
  await outgoing.relayed();
  await parts.store.release(id, token);
}

const NO_FIELDS = new Map<string, never>();

function stopping(): SiloUnavailableError {
  return new SiloUnavailableError('this silo is stopping; the message was not stored');
}
