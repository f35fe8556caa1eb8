import { setTimeout as delay } from 'node:timers/promises';
import { readMemory } from '../support/memory.js';
import type { MixedWorld } from './world.js';

/** What was there at one rest: no client, no actor awake, garbage collected. */
export interface MixedSample {
  readonly atMs: number;
  readonly rounds: number;
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  readonly redisKeys: number;
  readonly redisBytes: number;
  /** Of the process, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

/** The figures of a sample that must stay flat, and by how much the smallest of them may grow over a run. */
export const FLAT_FIGURES = { heap: 1e6, external: 1e6, rss: 8e6, redisKeys: 10, redisBytes: 1e6 } as const;

const LASTING_MS = 10_000;
const POLL_MS = 50;

/** Waits for a rest and looks. */
export async function takeSample(world: MixedWorld, rounds: number): Promise<MixedSample> {
  await world.rest();
  const redis = await world.probe.read();
  const { heap, external, rss } = await readMemory();
  return { atMs: performance.now(), rounds, heap, external, rss, redisKeys: redis.keys, redisBytes: redis.bytes, resources: countResources() };
}

/** The sample with what the process still has when that is no more than `limit` had, or else when ten seconds have passed: a slow machine closes late. */
export async function withLastingResources(sample: MixedSample, limit: MixedSample): Promise<MixedSample> {
  let resources = sample.resources;
  for (const end = performance.now() + LASTING_MS; exceeding(resources, limit.resources) && performance.now() < end; resources = countResources()) await delay(POLL_MS);
  return { ...sample, resources };
}

/** Is there more of a kind than there was? */
export function exceeding(now: MixedSample['resources'], before: MixedSample['resources']): boolean {
  return Object.entries(now).some(([kind, count]) => count > (before[kind] ?? 0));
}

/** Timers come and go with every wait of our own; all else has to be told. */
function countResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo().sort()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** By how much a figure would grow over the whole run at the pace of its last two thirds (least squares). */
export function growthOver(samples: readonly MixedSample[], figure: keyof typeof FLAT_FIGURES): number {
  const settled = samples.slice(Math.floor(samples.length / 3));
  const meanX = settled.reduce((sum, { atMs }) => sum + atMs, 0) / settled.length;
  const meanY = settled.reduce((sum, sample) => sum + sample[figure], 0) / settled.length;
  let covariance = 0;
  let variance = 0;
  for (const sample of settled) {
    covariance += (sample.atMs - meanX) * (sample[figure] - meanY);
    variance += (sample.atMs - meanX) ** 2;
  }
  return variance === 0 ? 0 : (covariance / variance) * (samples.at(-1)!.atMs - samples[0]!.atMs);
}

/** The mean of a figure over the last two thirds. */
export function settledMean(samples: readonly MixedSample[], figure: keyof typeof FLAT_FIGURES): number {
  const settled = samples.slice(Math.floor(samples.length / 3));
  return settled.reduce((sum, sample) => sum + sample[figure], 0) / settled.length;
}
