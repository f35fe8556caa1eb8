// The measurement behind million-actors: its phases in order, each with what it leaves to look at.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { runWave, type WaveRates } from './activation-wave.js';
import { whenAvailable } from './available.js';
import { Bystander, type BystanderFigures } from './bystander.js';
import { wakeableClass, type Variant } from './idle-actors.js';
import { readMemory, type MemoryReading } from './memory.js';
import { RedisProbe, type RedisReading } from './redis-probe.js';
import { atLeast, atMost, show, type Goal } from './report.js';

export interface MillionSettings {
  readonly actors: number;
  readonly variant: Variant;
  /** Absent: stores in memory. */
  readonly redis: string | undefined;
  readonly inFlight: number;
  readonly idleAfterMs: number;
}

/** What was there at one instant. */
export interface Instant {
  readonly memory: MemoryReading;
  readonly activations: number;
  readonly redis: RedisReading | undefined;
}

export interface MillionFigures {
  readonly start: Instant;
  readonly full: Instant;
  readonly end: Instant;
  /** Of the process, at any moment. */
  readonly peakRss: number;
  readonly heapPerActor: number;
  readonly rssPerActor: number;
  readonly activationsPerSecond: WaveRates;
  readonly secondCallsPerSecond: WaveRates;
  /** From the first actor that the collector ended to the last. */
  readonly collectMs: number;
  readonly collectedPerSecond: number;
  /** A call to another actor every 5 ms: with nothing else going on, while actors are activated, while they are collected. */
  readonly quiet: BystanderFigures;
  readonly whileActivating: BystanderFigures;
  readonly whileCollecting: BystanderFigures;
}

const WARM_UP = 1000;
const QUIET_MS = 1000;
const SAMPLE_MS = 50;
/** What a process keeps of a burst of work however small it is: compiled code, room for young objects. */
const RSS_SLACK_MB = 64;
const HEAP_SLACK_MB = 2;
/** How long the collector may take once all are due. */
const COLLECT_LIMIT_MS = 600_000;

@Actor({ name: 'bench-bystander', idleAfter: 'never' })
class Onlooker {
  ping(): number {
    return 1;
  }
}

/** Runs all phases. Rejects when an actor could not be activated; what the collector left in time is among the figures. */
export async function measureMillion(settings: MillionSettings): Promise<MillionFigures> {
  const { actors, inFlight, redis } = settings;
  const cluster = `million-${randomUUID()}`;
  const Class = wakeableClass(settings.variant, settings.idleAfterMs);
  await using probe = redis === undefined ? undefined : new RedisProbe(redis, cluster);
  await using silo = await startSilo({ modules: [Class, Onlooker], redis, cluster, log: 'error' });
  const onlooker = silo.actor(Onlooker, 'one');
  const call = (index: number): Promise<unknown> => silo.actor(Class, `actor-${index}`).ping();
  const look = async (): Promise<Instant> => ({ memory: await readMemory(), activations: silo.statistics().activations, redis: await probe?.read() });
  const watched = async <T>(work: () => Promise<T>): Promise<[T, BystanderFigures]> => {
    const bystander = new Bystander(() => onlooker.ping());
    const result = await work();
    return [result, await bystander.stop()];
  };
  const peak = new RssPeak();

  await warmUp(silo, Class, inFlight);
  const start = await look();
  const [, quiet] = await watched(() => delay(QUIET_MS));
  const [activationsPerSecond, whileActivating] = await watched(() => runWave(actors, inFlight, call));
  const full = await look();
  const secondCallsPerSecond = await runWave(actors, inFlight, call);
  const [collection, whileCollecting] = await watched(() => collected(silo, start.activations, settings.idleAfterMs + COLLECT_LIMIT_MS));
  const end = await look();
  return {
    start, full, end, peakRss: peak.stop(),
    heapPerActor: (full.memory.heap - start.memory.heap) / actors, rssPerActor: (full.memory.rss - start.memory.rss) / actors,
    activationsPerSecond, secondCallsPerSecond, ...collection, quiet, whileActivating, whileCollecting,
  };
}

/** The code has run, and what is made once is there; the actors that did it are gone again. */
async function warmUp(silo: Silo, Class: ReturnType<typeof wakeableClass>, width: number): Promise<void> {
  await whenAvailable(() => silo.actor(Onlooker, 'one').ping());
  await runWave(WARM_UP, width, async (index) => {
    const actor = silo.actor(Class, `warm-up-${index}`);
    await actor.ping();
    await actor.manage.deactivate();
  });
}

/** Waits until no more actors than `left` are active. */
async function collected(silo: Silo, left: number, limitMs: number): Promise<{ collectMs: number; collectedPerSecond: number }> {
  const end = performance.now() + limitMs;
  const before = silo.statistics();
  let firstMs: number | undefined;
  for (;;) {
    const { deactivated, activations } = silo.statistics();
    if (deactivated > before.deactivated) firstMs ??= performance.now() - SAMPLE_MS;
    const collectMs = performance.now() - (firstMs ?? performance.now());
    if (activations <= left || performance.now() > end) return { collectMs, collectedPerSecond: ((deactivated - before.deactivated) * 1000) / collectMs };
    await delay(SAMPLE_MS);
  }
}

/** Looks at the resident size again and again. */
class RssPeak {
  private peak = process.memoryUsage.rss();
  private readonly timer = setInterval(() => (this.peak = Math.max(this.peak, process.memoryUsage.rss())), SAMPLE_MS);

  stop(): number {
    clearInterval(this.timer);
    return this.peak;
  }
}

/** What must hold of the figures. */
export function judgeMillion({ actors, variant, redis }: MillionSettings, figures: MillionFigures, bytesPerActor: number): readonly Goal[] {
  const { start, full, end } = figures;
  const stayed = (reading: keyof MemoryReading): number => (end.memory[reading] - start.memory[reading]) / 1e6;
  const taken = (reading: keyof MemoryReading): number => (full.memory[reading] - start.memory[reading]) / 1e6;
  const goals = [
    atLeast('actors active at once', full.activations - start.activations, actors),
    atMost('actors left when all were idle', end.activations - start.activations, 0),
    atMost('RSS that stayed', stayed('rss'), Math.max(RSS_SLACK_MB, 0.1 * taken('rss')), ' MB'),
    atMost('heap that stayed', stayed('heap'), Math.max(HEAP_SLACK_MB, 0.02 * taken('heap')), ' MB'),
    atLeast('activations/s at the end, of those at the start', figures.activationsPerSecond.last / figures.activationsPerSecond.first, 0.5),
    // A silo whose loop stands still for longer loses its lease.
    atMost('longest stall while collecting', figures.whileCollecting.longestStallMs, 1000, ' ms'),
    atMost('calls refused while collecting', figures.whileCollecting.refused, 0),
  ];
  if (variant === 'plain') goals.push(atMost('heap per idle actor', figures.heapPerActor, bytesPerActor, ' B'));
  if (redis !== undefined) goals.push(atMost('Redis keys left', end.redis!.keys - start.redis!.keys, 0));
  return goals;
}

/** A table for people. */
export function describeMillion({ actors, variant, redis }: MillionSettings, figures: MillionFigures): string {
  const { start, full, end, activationsPerSecond: activations, secondCallsPerSecond: calls } = figures;
  const megabytes = (bytes: number): string => show(bytes / 1e6).padStart(9);
  const instant = (name: string, at: Instant): string => `${name.padEnd(22)} ${megabytes(at.memory.heap)} ${megabytes(at.memory.rss)} ${String(at.activations).padStart(11)}`
    + (at.redis ? ` ${String(at.redis.keys).padStart(10)} ${megabytes(at.redis.bytes)}` : '');
  const bystander = (name: string, of: BystanderFigures): string => `${name.padEnd(22)} ${show(of.p50Ms).padStart(9)} ${show(of.p99Ms).padStart(9)} ${show(of.maxMs).padStart(9)} ${show(of.longestStallMs).padStart(9)} ${String(of.refused).padStart(9)}`;
  const rates = (name: string, of: WaveRates): string => `${name.padEnd(22)} ${[of.first, of.median, of.last, of.overall].map((rate) => show(rate).padStart(9)).join(' ')}`;
  return [
    `${actors.toLocaleString('en')} actors '${variant}', ${redis === undefined ? 'embedded' : 'on Redis'}`,
    `${''.padEnd(22)}   heap MB    RSS MB activations${redis === undefined ? '' : ' Redis keys  Redis MB'}`,
    instant('at the start', start), instant('all active', full), instant('all collected', end), `${'peak'.padEnd(32)} ${megabytes(figures.peakRss)}`,
    `per idle actor: ${show(figures.heapPerActor)} B of heap, ${show(figures.rssPerActor)} B of RSS${full.redis ? `, ${show((full.redis.bytes - start.redis!.bytes) / actors)} B in Redis` : ''}`,
    `${'per second'.padEnd(22)} first 5 %    median  last 5 %   overall`,
    rates('activated', activations), rates('called again', calls),
    `collected: ${show(figures.collectedPerSecond)}/s, in ${show(figures.collectMs)} ms`,
    `${'a bystander, ms'.padEnd(22)}       p50       p99       max     stall   refused`,
    bystander('quiet', figures.quiet), bystander('while activating', figures.whileActivating), bystander('while collecting', figures.whileCollecting),
  ].join('\n');
}
