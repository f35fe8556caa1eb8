// Unhosted: what becomes of messages to an actor whose type no silo hosts, and to one that sleeps and is destroyed.
//   UH1. They wait for such a silo in the inbox. When none came for half a day, since a silo that lives found that out, they are dead letters; receipts live twice as long.
//   UH2. As everywhere a message is marked and becomes a dead letter in one commit, by whoever holds the actor: here this silo, for as long as that takes.
//   UH3. What its outbox holds yet goes to whom it is for: nobody else would relay it. A dead letter that an earlier look made may be among it.
//   UH4. An actor that a living silo has is hosted, whoever says otherwise.
import type { ActorDirectory } from '../../directory/actor-directory.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { decodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import { CancelledError, SiloUnavailableError, type UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { ClaimedRow, CommitRequest, Token } from '../../protocol/ports/index.js';
import { endsWithin } from '../ends-within.js';
import { RELAY_LIMIT_MS } from './bury-waiting.js';
import { failureReplies } from './conclude-step.js';
import { letterOf } from './dead-letters.js';
import type { MessageParts } from './message-parts.js';
import { Outgoing } from './outgoing.js';
import { REMINDER_SENDER, senderOf } from './sender-name.js';
import { SentDraft } from './sent-draft.js';

/** UH1. */
export const UNHOSTED_MS = 12 * 3_600_000;
const PAGE = 100;

export interface BurialParts extends MessageParts {
  readonly directory: Pick<ActorDirectory, 'register'>;
  readonly statistics: { deadLetters: number };
}

/** Makes dead letters of all that the inbox holds; `cause` is their error. Rejects when another has the actor, or the store does not answer: nothing is lost. */
export async function buryUnhosted(id: ActorId, cause: UnknownActorTypeError, parts: BurialParts): Promise<void> {
  const registered = await parts.directory.register(id);
  // UH4.
  if ('holder' in registered) throw new SiloUnavailableError('another silo has the actor');
  const { token, row } = registered;
  try {
    await parts.dirty.note(id);
    await new Burial(id, token, row, { cause, why: 'a message waited half a day for a silo that hosts its type: it is a dead letter now' }, parts).all();
  } finally {
    await parts.store.release(id, token);
  }
}

/** As `buryUnhosted`, of an actor that sleeps and is to be destroyed: by who holds `token`. What is left of it in the queues is for its next life. */
export async function buryDestroyed(id: ActorId, { token, row }: { readonly token: Token; readonly row: ClaimedRow }, parts: BurialParts): Promise<void> {
  const cause = new CancelledError(`${printEntityId(id)}: the actor was destroyed before it had handled the message`);
  await parts.dirty.note(id);
  await new Burial(id, token, row, { cause, why: 'an actor was destroyed for which a message waited: it is a dead letter now' }, parts).all(RELAY_LIMIT_MS);
}

class Burial {
  private version: number;
  private sequence: number;
  private commits = 0;
  private readonly outgoing: Outgoing;
  private isOver = false;

  constructor(private readonly id: ActorId, private readonly token: Token, row: ClaimedRow, private readonly reason: { readonly cause: Error; readonly why: string }, private readonly parts: BurialParts) {
    this.version = row.version;
    this.sequence = row.lastSequence;
    this.outgoing = new Outgoing(id, parts, () => !this.isOver);
  }

  /** `limitMs`: what cannot be relayed by then is left to who has the actor next. */
  async all(limitMs?: number): Promise<void> {
    try {
      await this.within(limitMs, this.outgoing.relayOutbox()); // UH3.
      await this.empty();
      await this.within(limitMs, this.outgoing.relayed());
    } finally {
      this.isOver = true;
    }
  }

  private async within(limitMs: number | undefined, relaying: Promise<void>): Promise<void> {
    await (limitMs === undefined ? relaying : endsWithin(this.parts.clock, relaying, limitMs));
  }

  private async empty(): Promise<void> {
    for (;;) {
      const page = await this.parts.store.inbox(this.id, PAGE);
      for (const bytes of page) await this.bury(decodeDeliveries(bytes)[0]!);
      if (page.length < PAGE) break;
    }
  }

  /** UH2. It stands at the head of the inbox. */
  private async bury(delivery: Delivery): Promise<void> {
    const { clock, receipts, log } = this.parts;
    const { cause, why } = this.reason;
    const codec = this.parts.codec();
    // A reminder stays where it is and fires when its actor's type is hosted again.
    if (delivery.sender.type === REMINDER_SENDER) return void (await this.commit({ inboxTaken: 1 }));
    const letter = letterOf(delivery, 0, cause, clock.now(), codec);
    const drafts = [new SentDraft({ to: 'records', letter }, codec), ...failureReplies(this.parts, delivery, cause)];
    for (const draft of drafts) draft.sequence = ++this.sequence;
    const mark = { sender: senderOf(delivery), low: delivery.low, ids: [delivery.sequence] };
    const isNew = await this.commit({ inboxTaken: 1, marks: [mark], outbox: drafts.map(({ sequence, payload }) => ({ sequence, payload })) });
    // Handled before it got here.
    if (!isNew) await this.commit({ inboxTaken: 1 });
    receipts.processed(delivery, isNew ? letter.error : undefined);
    if (!isNew) return;
    log.error({ err: cause, target: delivery.listener }, why);
    this.parts.statistics.deadLetters++;
    this.outgoing.relay(drafts);
  }

  /** False: what it marks was marked before, and nothing was changed. */
  private async commit(part: Pick<CommitRequest, 'inboxTaken' | 'marks' | 'outbox'>): Promise<boolean> {
    const { id, token, version } = this;
    const result = await this.parts.store.commit({ id, token, commitId: `${token}${++this.commits}`, version, fields: NO_FIELDS, ...part });
    if (result.status === 'duplicate') return false;
    if (result.status !== 'committed') throw new SiloUnavailableError(`the actor went to another silo (${result.status})`);
    this.version = result.version;
    return true;
  }
}

const NO_FIELDS = new Map<string, never>();
