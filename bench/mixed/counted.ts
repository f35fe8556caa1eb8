// The mixed load by rounds instead of time: the same work three times over. What a round leaves behind shows as a kind of object of which there
// are more after the third time than after the second, one or more for each round.
import { setTimeout as delay } from 'node:timers/promises';
import { compareHeaps, packSummary, summarizeHeap, unpackSummary } from '../support/heap-snapshot.js';
import { atMost, type Goal } from '../support/report.js';
import { sameResources } from './judge.js';
import { takeSample, withLastingResources, type MixedSample } from './sample.js';
import { mixedRound } from './work.js';
import type { MixedWorld } from './world.js';

export interface CountedFigures {
  readonly rounds: number;
  readonly first: MixedSample;
  readonly second: MixedSample;
  readonly third: MixedSample;
  /** Objects of which each round left one or more: kind, and how many a round. */
  readonly left: readonly { readonly kind: string; readonly perRound: number }[];
}

/** A round leaves this many of a kind at the least if it leaks one at all. */
const LEAK = 0.9;
/** Not ours: V8's own; and Node's lists of timers, one for each duration in use (reconnects wait for random ones). A timer that is left is a `Timeout`. */
const FOREIGN = /^\(|TimersList/;
/** Growth that is the compiler's and the caches'. */
const HEAP_SLACK = 1.5e6;
const KEYS_SLACK = 0;
const LOOKS = 3;
/** No multiple of what the silo does every so often. */
const BETWEEN_LOOKS_MS = 1370;

/** Three times `rounds`. */
export async function runRounds(world: MixedWorld, rounds: number): Promise<CountedFigures> {
  let done = 0;
  const block = async (): Promise<MixedSample> => {
    await world.available();
    for (const end = done + rounds; done < end; done++) await mixedRound(world, done);
    await world.rest();
    if (done > rounds) await world.forgotten();
    return takeSample(world, done);
  };
  const first = await block();
  await summarizeHeap(); // The first snapshot leaves things behind that later ones do not.
  const second = await block();
  const before = packSummary(await summarizeHeap());
  const third = await withLastingResources(await block(), second);
  return { rounds, first, second, third, left: await lasting(async () => whatIsLeft(compareHeaps(unpackSummary(before), await summarizeHeap(), rounds))) };
}

function whatIsLeft(growth: ReturnType<typeof compareHeaps>): CountedFigures['left'] {
  return growth.filter(({ kind, count }) => count >= LEAK && !FOREIGN.test(kind)).map(({ kind, count }) => ({ kind, perRound: count }));
}

/** What every look finds: a question to Redis that is under way at one of them is gone at the next, a leak stays. */
async function lasting(look: () => Promise<CountedFigures['left']>): Promise<CountedFigures['left']> {
  let left = await look();
  for (let looks = 1; left.length > 0 && looks < LOOKS; looks++) {
    await delay(BETWEEN_LOOKS_MS);
    const kinds = new Set((await look()).map(({ kind }) => kind));
    left = left.filter(({ kind }) => kinds.has(kind));
  }
  return left;
}

/** What must hold of the figures. */
export function judgeRounds({ second, third, left }: CountedFigures): readonly Goal[] {
  return [
    { name: 'objects that each round leaves', goal: 'none', measured: left.map(({ kind, perRound }) => `${perRound.toFixed(1)} ${kind}`).join(', ') || 'none', isMet: left.length === 0 },
    atMost('growth of the heap, third time', third.heap - second.heap, HEAP_SLACK, ' B'),
    atMost('growth of Redis keys, third time', third.redisKeys - second.redisKeys, KEYS_SLACK),
    sameResources(second, third),
  ];
}
