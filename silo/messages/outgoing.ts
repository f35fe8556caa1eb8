// Outgoing. Owns: the committed messages of one sender that are not in the queues yet.
//   O1. Only the holder of the sender's token relays, from the oldest on, a batch at a time: so per listener they enter its queue in their order.
//   O2. An entry stays in the outbox until each of its listeners has handled it, or it is a dead letter. What may be in the queue already goes out
//       again after a crash.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { parseListener } from './listener-name.js';
import type { Delivery } from '../../protocol/delivery.js';
import type { MessageParts } from './message-parts.js';
import type { StoredMessage } from './stored-message.js';

const MAX_BATCH = 256;
const LISTENERS_A_PAGE = 1000;
const RETRY_MS = 500;

interface Entry {
  readonly sequence: number;
  readonly message: StoredMessage;
}

export class Outgoing {
  /** The oldest number that is not settled, as far as is known: it may be later, never earlier. */
  low = 0;
  private readonly queue: Entry[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly sender: ActorId, private readonly parts: MessageParts, private readonly mayRelay: () => boolean) {}

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
    if (this.low === 0) this.low = entries[0]!.sequence;
    this.queue.push(...entries);
    this.running ??= this.drain().finally(() => (this.running = undefined));
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
  }

  /** Successive messages for one listener each go together; an event for many goes page by page. */
  private async send(batch: readonly Entry[]): Promise<void> {
    let together: Delivery[] = [];
    for (const { sequence, message } of batch) {
      if (message.to === 'one') {
        together.push({ sender: this.sender, sequence, low: this.low, listener: message.listener, ordinal: 0, total: 1, payload: message.payload });
        continue;
      }
      let cursor: string | undefined;
      let ordinal = 0;
      do {
        const page = await this.parts.store.listeners(this.sender, message.event, message.version, cursor, LISTENERS_A_PAGE);
        for (const listener of page.listeners) {
          together.push({ sender: this.sender, sequence, low: this.low, listener: parseListener(listener), ordinal: ordinal++, total: page.total, payload: message.payload });
        }
        if (page.total === 0) this.parts.settling.settle(this.sender, sequence, 0, 1);
        ({ cursor } = page);
        if (together.length >= LISTENERS_A_PAGE) {
          await this.parts.outbound.add(together);
          together = [];
        }
      } while (cursor !== undefined);
    }
    await this.parts.outbound.add(together);
  }
}
