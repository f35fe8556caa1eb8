// Outgoing. Owns: the committed messages of one sender that are not in the queues yet.
//   O1. Only the holder of the sender's token relays, from the oldest on, a batch at a time: so per listener they enter its queue in their order.
//   O2. An entry stays in the outbox until each of its listeners has handled it, or it is a dead letter. What may be in the queue already goes out
//       again after a crash.
//   O3. However much an outbox holds, a page of it is in memory at a time.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { parseListener } from './listener-name.js';
import type { Delivery } from '../../protocol/delivery.js';
import type { MessageParts } from './message-parts.js';
import { OutboxLows } from './outbox-lows.js';
import { outboxPages } from './outbox-pages.js';
import { storedEntries, type StoredMessage } from './stored-message.js';

const MAX_BATCH = 256;
const NO_INFO = new Uint8Array();
const LISTENERS_A_PAGE = 1000;
const RETRY_MS = 500;

interface Entry {
  readonly sequence: number;
  readonly message: StoredMessage;
}

export class Outgoing {
  readonly lows: OutboxLows;
  private readonly queue: Entry[] = [];
  private running: Promise<void> | undefined;
  private looking: Promise<void> | undefined;

  constructor(private readonly sender: ActorId, private readonly parts: MessageParts, private readonly mayRelay: () => boolean) {
    this.lows = new OutboxLows(sender, parts);
  }

  /** Some are not in the queues yet. */
  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Resolves when all are in the queues, or the sender has ended. */
  relayed(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Committed now, in the order of their numbers. */
  relay(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    if (this.lows.low === 0) this.lows.low = entries[0]!.sequence;
    this.lows.committed(entries.at(-1)!.sequence);
    this.queue.push(...entries);
    this.running ??= this.drain();
  }

  /** O3. What the outbox holds may have been lost on its way. Resolves when all that `isMeant` says goes out again, the last page being on its way. */
  async relayOutbox(isMeant: (sequence: number) => boolean = () => true): Promise<void> {
    let isFirst = true;
    for await (const page of outboxPages(this.parts.store, this.sender)) {
      if (!isFirst) await this.relayed();
      if (!this.mayRelay()) return;
      isFirst = false;
      this.relay(storedEntries(page, this.parts.codec()).filter(({ sequence }) => isMeant(sequence)));
    }
  }

  /** As `relayOutbox`, one look at a time, and none while some are on their way. `meant` is asked for when a look begins. */
  async relayAgain(meant?: () => (sequence: number) => boolean): Promise<void> {
    if (!this.isBusy) this.looking ??= this.relayOutbox(meant?.()).finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async drain(): Promise<void> {
    // In the next turn of the microtask queue: units that end together go together.
    await Promise.resolve();
    while (this.queue.length > 0 && this.mayRelay()) {
      const batch = this.queue.slice(0, MAX_BATCH);
      try {
        await this.send(batch);
        this.queue.splice(0, batch.length);
      } catch (error) {
        this.parts.log.warn({ err: error, sender: printEntityId(this.sender) }, 'messages could not be handed over; it is tried again');
        await new Promise<void>((resolve) => void this.parts.clock.setTimer(resolve, RETRY_MS));
      }
    }
    // In the same step as the last look at the queue: what is added later begins anew.
    this.running = undefined;
  }

  /** Successive messages go together; an event for many goes page by page. */
  private async send(batch: readonly Entry[]): Promise<void> {
    let together: Delivery[] = [];
    const { sender, lows } = this;
    for (const entry of batch) {
      const { sequence, message } = entry;
      // Most are so: neither generators nor promises stand between.
      if (message.to === 'one') {
        together.push({ sender, sequence, low: lows.of(message.listener), listener: message.listener, ordinal: 0, total: 1, payload: message.payload });
        continue;
      }
      for await (const deliveries of this.deliveriesOf(entry)) {
        together.push(...deliveries);
        if (together.length < LISTENERS_A_PAGE) continue;
        await this.parts.outbound.add(together);
        together = [];
      }
    }
    await this.parts.outbound.add(together);
  }

  private async *deliveriesOf({ sequence, message }: Entry): AsyncGenerator<readonly Delivery[]> {
    const { sender, lows, parts } = this;
    if (message.to === 'records') {
      await parts.records.deadLetters.add(message.letter);
      return parts.settling.settle(sender, sequence, 0, 1);
    }
    if (message.to === 'reply') {
      return parts.replies.send(`${printEntityId(sender)}#${sequence}`, message, () => parts.settling.settle(sender, sequence, 0, 1));
    }
    if (message.to === 'later') {
      await parts.later(message);
      return parts.settling.settle(sender, sequence, 0, 1);
    }
    if (message.to === 'one') return;
    const { payload, tracker } = message;
    let total = 0;
    // How many there are travels with each: the last one to handle it settles the message.
    for await (const page of this.pagesOf(message)) total += page.length;
    if (tracker !== undefined) {
      const { broadcasts } = parts.records;
      await broadcasts.open(tracker, NO_INFO);
      await broadcasts.expanded(tracker, total);
    }
    if (total === 0) return parts.settling.settle(sender, sequence, 0, 1);
    let ordinal = 0;
    for await (const page of this.pagesOf(message)) {
      yield page.map((name): Delivery => {
        const listener = parseListener(name);
        return { sender, sequence, low: lows.of(listener), listener, ordinal: ordinal++, total, payload, tracker };
      });
    }
  }

  private async *pagesOf({ event, version }: Extract<StoredMessage, { to: 'bound' }>): AsyncGenerator<readonly string[]> {
    let cursor: string | undefined;
    do {
      const page = await this.parts.store.listeners(this.sender, event, version, LISTENERS_A_PAGE, cursor);
      yield page.listeners;
      ({ cursor } = page);
    } while (cursor !== undefined);
  }
}
