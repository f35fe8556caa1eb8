import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from './rounds.js';

/** Times in milliseconds. */
export interface BystanderFigures {
  readonly calls: number;
  /** Calls that were refused, because the silo could not answer. */
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The longest time in which the event loop did nothing else. */
  readonly longestStallMs: number;
}

const PAUSE_MS = 5;
const RESOLUTION_MS = 5;

/** Calls one thing again and again while something else goes on, and watches the event loop: what everybody else feels of it. */
export class Bystander {
  private readonly latencies: number[] = [];
  private readonly loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private refused = 0;
  private isDone = false;
  private readonly running: Promise<void>;

  constructor(private readonly call: () => Promise<unknown>) {
    this.loopDelay.enable();
    this.running = this.run();
  }

  async stop(): Promise<BystanderFigures> {
    this.isDone = true;
    await this.running;
    // A stall is recorded by the first tick after it.
    await delay(4 * RESOLUTION_MS);
    this.loopDelay.disable();
    const { latencies } = this;
    return {
      calls: latencies.length, refused: this.refused,
      p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), maxMs: quantile(latencies, 1),
      longestStallMs: Math.max(0, this.loopDelay.max / 1e6 - RESOLUTION_MS),
    };
  }

  private async run(): Promise<void> {
    while (!this.isDone) {
      const start = performance.now();
      try {
        await this.call();
        this.latencies.push(performance.now() - start);
      } catch {
        this.refused++;
      }
      await delay(PAUSE_MS);
    }
  }
}
