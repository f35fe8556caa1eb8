// MemoryBroadcastTrackers. Owns: the trackers of the last 24 h. Expired ones are swept when others are opened: no timer.
import type { Clock } from '../protocol/ports/clock.js';
import type { BroadcastCounts, BroadcastFailure, BroadcastStatus, BroadcastTrackers } from '../protocol/ports/message-records.js';
import { checkOrdinals } from './ordinals.js';

const LIFE_MS = 24 * 3_600_000;
const MOST_FAILURES = 100;

class Tracker {
  total: number | undefined;
  readonly received = new Set<number>();
  readonly processed = new Set<number>();
  readonly failed = new Set<number>();
  /** Of the lowest ordinals. */
  failures: readonly BroadcastFailure[] = [];

  constructor(readonly info: Uint8Array, readonly expiresAtMs: number) {}

  get counts(): BroadcastCounts {
    const counts = { received: this.received.size, processed: this.processed.size, failedCount: this.failed.size };
    return this.total === undefined ? counts : { total: this.total, ...counts };
  }

  fail({ ordinal, listener, error: { name, message } }: BroadcastFailure): void {
    for (const set of [this.received, this.processed, this.failed]) set.add(ordinal);
    if (this.failures.some((known) => known.ordinal === ordinal)) return;
    this.failures = [...this.failures, { ordinal, listener, error: { name, message } }].sort((a, b) => a.ordinal - b.ordinal).slice(0, MOST_FAILURES);
  }
}

/** See `BroadcastTrackers`. */
export class MemoryBroadcastTrackers implements BroadcastTrackers {
  /** Oldest first. */
  private readonly trackers = new Map<string, Tracker>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  open(id: string, info: Uint8Array): Promise<void> {
    const now = this.clock.now();
    for (const [known, { expiresAtMs }] of this.trackers) {
      if (expiresAtMs > now) break;
      this.trackers.delete(known);
    }
    if (!this.trackers.has(id)) this.trackers.set(id, new Tracker(info, now + LIFE_MS));
    return Promise.resolve();
  }

  expanded(id: string, total: number): Promise<BroadcastCounts | undefined> {
    return this.update(id, [], (tracker) => void (tracker.total ??= total));
  }

  received(id: string, ordinals: readonly number[]): Promise<BroadcastCounts | undefined> {
    return this.update(id, ordinals, (tracker) => ordinals.forEach((ordinal) => tracker.received.add(ordinal)));
  }

  processed(id: string, ordinals: readonly number[], failures: readonly BroadcastFailure[] = []): Promise<BroadcastCounts | undefined> {
    return this.update(id, [...ordinals, ...failures.map(({ ordinal }) => ordinal)], (tracker) => {
      for (const ordinal of ordinals) for (const set of [tracker.received, tracker.processed]) set.add(ordinal);
      for (const failure of failures) tracker.fail(failure);
    });
  }

  status(id: string): Promise<BroadcastStatus | undefined> {
    const tracker = this.find(id);
    return Promise.resolve(tracker && { ...tracker.counts, info: tracker.info, failed: tracker.failures });
  }

  private async update(id: string, ordinals: readonly number[], change: (tracker: Tracker) => void): Promise<BroadcastCounts | undefined> {
    checkOrdinals(ordinals);
    const tracker = this.find(id);
    if (tracker) change(tracker);
    return tracker?.counts;
  }

  private find(id: string): Tracker | undefined {
    const tracker = this.trackers.get(id);
    return tracker && tracker.expiresAtMs > this.clock.now() ? tracker : undefined;
  }
}
