// Receipts. Owns: what this silo's listeners report of broadcasts that are tracked, and who waits for those reports here.
//   RC1. A broadcast says `received` and `processed` only when it is so: reports are of what is in a mailbox or the inbox, and of what is committed or a dead letter.
//   RC2. A listener's share is settled after its report is stored: what is lost on the way is delivered, known and reported again.
import { printEntityId } from '../../protocol/actor-id.js';
import type { Delivery } from '../../protocol/delivery.js';
import { InvalidArgumentError, RemoteError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { keptAlive } from '../../protocol/kept-alive.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { BroadcastFailure, BroadcastStatus, BroadcastTrackers, FailureText } from '../../protocol/ports/message-records.js';
import type { BroadcastResult } from '../../sdk/author/index.js';
import type { BroadcastStage } from '../../sdk/broadcast.js';
import { Pauses } from '../pauses.js';
import type { Settling } from './settling.js';

const ATTEMPTS = 5;
const RETRY_MS = 200;
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1000;
/** A tracker is made when its message leaves its outbox, which may be on another silo, after a death. */
const UNKNOWN_MS = 30_000;

interface Reports {
  readonly received: number[];
  readonly done: Delivery[];
  readonly failures: BroadcastFailure[];
}

export class Receipts {
  private waiting = new Map<string, Reports>();
  private flushing: Promise<void> | undefined;
  private isStopped = false;
  private readonly pauses: Pauses;

  constructor(private readonly trackers: BroadcastTrackers, private readonly settling: Settling, private readonly clock: Clock, private readonly log: Logger) {
    this.pauses = new Pauses(clock);
  }

  /** It is in a mailbox, or in the inbox. */
  received({ tracker, ordinal }: Delivery): void {
    if (tracker !== undefined) this.reportsOf(tracker).received.push(ordinal);
  }

  /** Its effect is committed, or it is a dead letter: `failure` says why. Settles it. */
  processed(delivery: Delivery, failure?: FailureText): void {
    const { tracker, sender, sequence, ordinal, total, listener } = delivery;
    if (tracker === undefined) return this.settling.settle(sender, sequence, ordinal, total);
    const reports = this.reportsOf(tracker);
    reports.done.push(delivery);
    if (failure) reports.failures.push({ ordinal, listener: printEntityId(listener), error: failure });
  }

  /** Resolves when it is so for all listeners. Rejects with `InvalidArgumentError` when nothing is known of the broadcast for half a minute. */
  result(id: string, stage: BroadcastStage): Promise<BroadcastResult> {
    return keptAlive(this.look(id, stage));
  }

  private async look(id: string, stage: BroadcastStage): Promise<BroadcastResult> {
    const startMs = this.clock.monotonicMs();
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_LOOK_MS, 2 * pauseMs)) {
      const status = await this.trackers.status(id);
      if (status && status.total !== undefined && status[stage] >= status.total) return resultOf(status, stage);
      if (!status && this.clock.monotonicMs() - startMs > UNKNOWN_MS) throw new InvalidArgumentError(`broadcast '${id}': nothing is known of it; receipts are kept for 24 hours`, { path: 'id' });
      await this.pauses.pause(pauseMs);
      if (this.isStopped) throw new SiloUnavailableError(`broadcast '${id}': this silo stopped; ask another one by the id`);
    }
  }

  /** Resolves when nothing is on its way. */
  async reported(): Promise<void> {
    await this.flushing;
  }

  stop(): void {
    this.isStopped = true;
    this.pauses.end();
  }

  private reportsOf(tracker: string): Reports {
    let reports = this.waiting.get(tracker);
    if (!reports) this.waiting.set(tracker, (reports = { received: [], done: [], failures: [] }));
    this.flushing ??= this.flush();
    return reports;
  }

  private async flush(): Promise<void> {
    while (this.waiting.size > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const now = [...this.waiting];
      this.waiting = new Map();
      await Promise.all(now.map(([tracker, reports]) => this.report(tracker, reports)));
    }
    // In the same step as the last look at what waits.
    this.flushing = undefined;
  }

  /** RC2. */
  private async report(tracker: string, { received, done, failures }: Reports): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        if (received.length > 0) await this.trackers.received(tracker, received);
        if (done.length > 0) await this.trackers.processed(tracker, done.map(({ ordinal }) => ordinal), failures);
        for (const { sender, sequence, ordinal, total } of done) this.settling.settle(sender, sequence, ordinal, total);
        return;
      } catch (error) {
        this.log.warn({ err: error, broadcast: tracker }, 'receipts could not be stored; it is tried again');
        await this.pauses.pause(RETRY_MS * attempt);
      }
    }
  }
}

function resultOf({ received, processed, failedCount, failed }: BroadcastStatus, stage: BroadcastStage): BroadcastResult {
  const failures = failed.map(({ listener, error }) => ({ listener, error: new RemoteError(error.message, { remoteName: error.name, remoteStack: '' }) }));
  return { delivered: stage === 'received' ? received : processed - failedCount, failed: failures };
}
