// Settling. Owns: what this silo's listeners are through with, on its way into the senders' outboxes.
//   T2. Between two looks at what waits there is a pause, in which a sender's messages come together; the first goes at once.
//   T1. A message is settled after its effect (or its dead letter) is durable. What is lost on the way is delivered again by its sender, and known.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { Pauses } from '../pauses.js';
import { hasOutbox } from './sender-name.js';
import type { Clock, Logger, StateStore } from '../../protocol/ports/index.js';

/** One of a message's listeners is through with it. */
interface Share {
  readonly sequence: number;
  readonly ordinal: number;
  readonly total: number;
}

const ATTEMPTS = 5;
const RETRY_MS = 200;
/** T2. */
const PAUSE_MS = 20;

interface Waiting {
  readonly sender: ActorId;
  readonly settled: Share[];
}

export class Settling {
  private waiting = new Map<string, Waiting>();
  private flushing: Promise<void> | undefined;
  private readonly pauses: Pauses;
  private isEnding = false;

  constructor(private readonly store: StateStore, private readonly clock: Clock, private readonly log: Logger) {
    this.pauses = new Pauses(clock);
  }

  settle(sender: ActorId, sequence: number, ordinal: number, total: number): void {
    if (!hasOutbox(sender)) return;
    const name = printEntityId(sender);
    let waiting = this.waiting.get(name);
    if (!waiting) this.waiting.set(name, (waiting = { sender, settled: [] }));
    waiting.settled.push({ sequence, ordinal, total });
    this.flushing ??= this.flush();
  }

  /** Resolves when nothing is on its way; from now on without pauses. */
  async settled(): Promise<void> {
    this.isEnding = true;
    this.pauses.end();
    await this.flushing;
  }

  private async flush(): Promise<void> {
    while (this.waiting.size > 0) {
      // What the turns of one pass of the event loop end goes together.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const now = [...this.waiting.values()];
      this.waiting = new Map();
      await Promise.all(now.map((each) => this.tell(each)));
      if (!this.isEnding) await this.pauses.pause(PAUSE_MS);
    }
    // In the same step as the last look at what waits.
    this.flushing = undefined;
  }

  private async tell({ sender, settled }: Waiting): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await Promise.all([this.settleWhole(sender, settled), ...this.settleShares(sender, settled)]);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) return this.log.warn({ err: error, sender: printEntityId(sender) }, 'handled messages could not be settled; they will come again, and be known');
        await new Promise<void>((resolve) => void this.clock.setTimer(resolve, RETRY_MS * attempt));
      }
    }
  }

  private async settleWhole(sender: ActorId, settled: readonly Share[]): Promise<void> {
    const sequences = settled.filter(({ total }) => total === 1).map(({ sequence }) => sequence);
    if (sequences.length > 0) await this.store.settle(sender, sequences);
  }

  private settleShares(sender: ActorId, settled: readonly Share[]): readonly Promise<void>[] {
    const byMessage = new Map<number, { readonly total: number; readonly ordinals: number[] }>();
    for (const { sequence, ordinal, total } of settled) {
      if (total === 1) continue;
      const message = byMessage.get(sequence);
      if (message) message.ordinals.push(ordinal);
      else byMessage.set(sequence, { total, ordinals: [ordinal] });
    }
    return [...byMessage].map(([sequence, { total, ordinals }]) => this.store.settleShare(sender, sequence, ordinals, total));
  }
}
