// How evenly the example game ticks with many bots on Redis, seen by a client.
//   node dist/bench/arena-ticks.js [--redis redis://127.0.0.1:6379] [--bots 50] [--seconds 60]
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import options from '../examples/arena/silo.js';
import { Snapshot } from '../examples/arena/shared.js';
import { connect } from '../sdk/client/index.js';
import { startSilo } from '../silo/index.js';

export interface TickSettings {
  /** Absent: stores in memory. */
  readonly redis?: string | undefined;
  readonly bots: number;
  readonly seconds: number;
}

/** Times in milliseconds. */
export interface TickFigures {
  readonly bots: number;
  readonly ticks: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of all ticks that came within 10 % of 50 ms after the one before. */
  readonly within10Percent: number;
  readonly commitsPerSecond: number;
  readonly turnsPerSecond: number;
}

const WARM_UP_TICKS = 40;

/** Runs the arena for a while in this process. Waits for ticks and not for time; rejects when they fail to come. */
export async function measureTicks({ redis, bots, seconds }: TickSettings): Promise<TickFigures> {
  const before = process.env['ARENA_BOTS'];
  process.env['ARENA_BOTS'] = String(bots);
  const gateway = { ...options.gateway!, port: 0 };
  await using silo = await startSilo({ ...options, redis, gateway, cluster: `ticks-${randomUUID()}`, log: 'warn' });
  await using client = await connect(silo.gatewayAddress!);
  const snapshots = new Snapshots();
  try {
    await client.actor('arena', 'main').on(Snapshot, (snapshot) => snapshots.add(snapshot));
    await snapshots.count(WARM_UP_TICKS);
    const first = silo.statistics();
    const startMs = performance.now();
    const taken = await snapshots.count(Math.round(seconds * 20) + 1);
    const elapsed = (performance.now() - startMs) / 1000;
    const last = silo.statistics();
    return { bots, ...intervals(taken), commitsPerSecond: (last.commits - first.commits) / elapsed, turnsPerSecond: (last.calls - first.calls) / elapsed };
  } finally {
    if (before === undefined) delete process.env['ARENA_BOTS'];
    else process.env['ARENA_BOTS'] = before;
  }
}

/** Collects snapshots as they come. */
class Snapshots {
  private collected: Snapshot[] = [];
  private wanted = Infinity;
  private onEnough: (() => void) | undefined;

  add(snapshot: Snapshot): void {
    this.collected.push(snapshot);
    if (this.collected.length >= this.wanted) this.onEnough?.();
  }

  /** The next `wanted` snapshots. */
  count(wanted: number): Promise<readonly Snapshot[]> {
    this.collected = [];
    this.wanted = wanted;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${this.collected.length} of ${wanted} ticks came in time`)), 5000 + wanted * 100);
      this.onEnough = () => {
        clearTimeout(limit);
        resolve(this.collected.slice(0, wanted));
      };
    });
  }
}

function intervals(snapshots: readonly Snapshot[]): Pick<TickFigures, 'ticks' | 'meanMs' | 'p50Ms' | 'p99Ms' | 'maxMs' | 'within10Percent'> {
  const gaps = snapshots.slice(1).map((snapshot, index) => snapshot.at - snapshots[index]!.at);
  const sorted = [...gaps].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return {
    ticks: gaps.length,
    meanMs: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    maxMs: quantile(1),
    within10Percent: gaps.filter((gap) => Math.abs(gap - 50) <= 5).length / gaps.length,
  };
}

/** One line for people. */
export function describeTicks(figures: TickFigures): string {
  const ms = (value: number): string => value.toFixed(1);
  return `${figures.bots} bots, ${figures.ticks} ticks: mean ${ms(figures.meanMs)} ms, p50 ${ms(figures.p50Ms)}, p99 ${ms(figures.p99Ms)}, max ${ms(figures.maxMs)}, `
    + `${(100 * figures.within10Percent).toFixed(1)} % within 10 % of 50 ms; ${Math.round(figures.commitsPerSecond)} commits/s, ${Math.round(figures.turnsPerSecond)} calls/s`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { redis: { type: 'string' }, bots: { type: 'string', default: '50' }, seconds: { type: 'string', default: '60' } } });
  console.log(describeTicks(await measureTicks({ redis: values.redis, bots: Number(values.bots), seconds: Number(values.seconds) })));
}
