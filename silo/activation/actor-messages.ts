// ActorMessages. Owns: the durable messages of one activation: numbers of what it sends, what is on its way, who may listen, what it handles.
import type { BindingChange, ClaimedRow, CommitRequest } from '../../protocol/ports/index.js';
import { endsWithin } from '../ends-within.js';
import { buryWithActor, RELAY_LIMIT_MS } from '../messages/bury-waiting.js';
import { Incoming } from '../messages/incoming.js';
import { Outgoing } from '../messages/outgoing.js';
import { asStored, decodeStored, type StoredMessage } from '../messages/stored-message.js';
import type { Activation } from './activation.js';
import { ActorReminders } from './actor-reminders.js';
import { isKept, KeptTurns } from './kept-turns.js';
import { SelfEvents } from './self-events.js';
import type { OutboxDraft } from './unit-of-work.js';

export class ActorMessages {
  private sequence = 0;
  private lazySelfEvents: SelfEvents | undefined;
  private lazyKept: KeptTurns | undefined;
  private lazyOutgoing: Outgoing | undefined;
  private lazyIncoming: Incoming | undefined;
  private lazyReminders: ActorReminders | undefined;
  /** Events that somebody may be bound to. */
  private readonly heard = new Set<string>();

  constructor(private readonly activation: Activation) {}

  /** The actor's events for itself. */
  get selfEvents(): SelfEvents {
    return (this.lazySelfEvents ??= new SelfEvents(this.activation));
  }

  /** Steps of chains that keep their turn on the actor. */
  get kept(): KeptTurns {
    return (this.lazyKept ??= new KeptTurns(this.activation));
  }

  get outgoing(): Outgoing {
    const { activation } = this;
    return (this.lazyOutgoing ??= new Outgoing(activation.id, activation.services.messages, () => !activation.isLost && activation.status !== 'ended'));
  }

  get incoming(): Incoming {
    return (this.lazyIncoming ??= new Incoming(this.activation));
  }

  get reminders(): ActorReminders {
    return (this.lazyReminders ??= new ActorReminders(this.activation));
  }

  get isBusy(): boolean {
    return Boolean(this.lazyKept?.isBusy || this.lazySelfEvents?.isBusy || this.lazyOutgoing?.isBusy || this.lazyIncoming?.inbox.isBusy);
  }

  /** Resolves when no own event waits for its handler, no step for its turn, and all that was sent is in the queues; `undefined` when that is so. */
  handled(): Promise<unknown> | undefined {
    const waited = [
      this.lazyKept?.isBusy ? this.lazyKept.handled() : undefined,
      this.lazySelfEvents?.isHandling ? this.lazySelfEvents.handled() : undefined,
      this.lazyOutgoing?.isBusy ? this.lazyOutgoing.relayed() : undefined,
    ].filter((each) => each !== undefined);
    return waited.length > 0 ? Promise.all(waited) : undefined;
  }

  /** What a commit says of steps that keep their turn. */
  holdAfter(brought: readonly OutboxDraft[], taken: readonly number[]): string | null | undefined {
    return this.lazyKept?.holdAfter(brought, taken);
  }

  /** The actor is active; its mailboxes open after this. */
  opened(): void {
    this.lazyKept?.startNext();
  }

  stop(): void {
    this.lazyKept?.stop();
    this.lazySelfEvents?.stop();
    this.lazyIncoming?.inbox.stop();
  }

  /** The actor is being destroyed: what waits for it is given up, and on its way to the dead letters. */
  async buryParked(): Promise<void> {
    if (this.lazyIncoming) await this.giveUpWaiting(this.lazyIncoming);
    if (this.lazyOutgoing?.isBusy) await endsWithin(this.activation.services.clock, this.lazyOutgoing.relayed(), RELAY_LIMIT_MS);
  }

  private async giveUpWaiting({ inbox }: Incoming): Promise<void> {
    const left = await inbox.abandon();
    if (left.length === 0) return;
    await buryWithActor(this.activation, left);
    await inbox.clear().catch((error: unknown) => this.activation.log.debug({ err: error }, 'what waited for a destroyed actor stays in its inbox; its next life takes it out'));
  }

  /** The number of the next message that is committed. */
  nextSequence(): number {
    return ++this.sequence;
  }

  /** False: storing the event for others would be for nothing. */
  mayBeHeard(event: string, staged: readonly BindingChange[] | undefined): boolean {
    return this.heard.has(event) || (staged?.some((change) => change.bound && change.event === event) ?? false);
  }

  /** Who is unbound may have been the last; the next activation knows. */
  committed({ bindings, reminders, hold }: Pick<CommitRequest, 'bindings' | 'reminders' | 'hold'>): void {
    for (const { event, bound } of bindings ?? []) if (bound) this.heard.add(event);
    if (reminders) this.reminders.committed(reminders);
    if (hold !== undefined) this.kept.committed(hold);
  }

  /** What was sent in a unit that is committed now. */
  relay(sent: readonly { readonly sequence: number; readonly message: StoredMessage }[]): void {
    this.outgoing.relay(sent);
  }

  /** What does not leave the outbox may have been lost on its way. */
  async relayAgain(): Promise<void> {
    if (this.sequence > 0) await this.outgoing.relayAgain();
  }

  /** A firing that was lost, whatever lost it, comes all the same once the actor is active. */
  private async fireAgain(): Promise<void> {
    const { services, log } = this.activation;
    try {
      for (const { message } of await this.reminders.firings()) if (message.to === 'later') await services.messages.later(message);
    } catch (error) {
      log.warn({ err: error }, 'it is not sure that all reminders are in their queue');
    }
  }

  /** Goes on with what an earlier activation left, before anything new. */
  async restore(row: ClaimedRow): Promise<void> {
    const { activation } = this;
    this.sequence = row.lastSequence;
    for (const [event, count] of row.bindingCounts) if (count > 0) this.heard.add(event);
    if (row.hasInbox) this.incoming.inbox.restore();
    if (row.hasReminders) void this.fireAgain();
    if (!row.hasOutbox) return;
    const { store, codec } = activation.services;
    // Whole: one that cannot be read now stays named.
    if (row.hold !== undefined) this.kept.committed(row.hold);
    const left: { sequence: number; message: StoredMessage }[] = [];
    for (const { sequence, payload } of await store.outbox(activation.id, row.lastSequence)) {
      try {
        const decoded = decodeStored(payload, codec);
        const message = asStored(decoded);
        if (message) left.push({ sequence, message });
        else if (isKept(decoded)) this.kept.restore(sequence, decoded);
        else this.selfEvents.resume(sequence, decoded);
      } catch (error) {
        activation.log.error({ err: error, sequence }, 'a message left by an earlier activation cannot be read; it stays where it is');
      }
    }
    this.relay(left);
  }
}

/** Most rows say nothing of messages. */
export function speaksOfMessages({ hasOutbox, hasInbox, hasReminders, lastSequence, bindingCounts }: ClaimedRow): boolean {
  return hasOutbox || hasInbox || hasReminders || lastSequence > 0 || bindingCounts.size > 0;
}
