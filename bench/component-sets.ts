// Components and tags of an actor through kill -9: silos are processes on a real Redis. Random changes, some of which fail on purpose; then
// everything that can be seen of the actor is compared after it slept, and after its silo was killed and another took it over.
//   node dist/bench/component-sets.js --redis redis://127.0.0.1:6379 [--rounds 50] [--seed 11]
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { LinkLostError, SiloUnavailableError, StaleEpochError } from '../sdk/index.js';
import { SeededRandom } from '../silo/testing/seeded-random.js';
import { startTestCluster, type ProcessCluster, type ProcessSilo } from '../silo/testing/index.js';
import { Hero } from '../test/silo/hero.js';
import { changeHero, expectedFinds, lookAt, type HeroSnapshot } from '../test/silo/hero-rounds.js';
import { atLeast, atMost, finish, type BenchReport } from './support/report.js';

export interface ComponentSetOptions {
  readonly redis: string;
  readonly rounds: number;
  readonly seed: number;
}

const CHANGES = 6;

/** Runs the rounds; the report's goals say whether anything was lost. */
export async function componentSets({ redis, rounds, seed }: ComponentSetOptions): Promise<BenchReport> {
  const random = new SeededRandom(seed);
  const cluster = await startTestCluster({ silos: 3, modules: [new URL('../test/silo/hero.js', import.meta.url)], redis, log: 'silent' });
  const hero = cluster.actor(Hero, 'h');
  const wrong: string[] = [];
  let longest = 0;
  let kills = 0;
  const compare = (when: string, before: HeroSnapshot, after: HeroSnapshot): void => {
    if (!isDeepStrictEqual(before, after)) wrong.push(`${when}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < CHANGES; i++) await insist(() => changeHero(hero, random));
      const before = await insist(() => lookAt(hero));
      longest = Math.max(longest, before.components.length);
      if (!isDeepStrictEqual(before.found, expectedFinds(before))) wrong.push(`round ${round}: findActors finds it by ${before.found.join()}, not by ${expectedFinds(before).join()}`);
      if (!(await isFoundOutside(cluster, before.found))) wrong.push(`round ${round}: findActors of the cluster does not find it by ${before.found.join()}`);
      await insist(() => hero.manage.deactivate());
      compare(`round ${round}, after it slept`, before, await insist(() => lookAt(hero)));
      const victim = await holderOf(cluster, hero.toString());
      await cluster.kill(victim.name);
      kills++;
      compare(`round ${round}, after the kill`, before, await insist(() => lookAt(hero)));
      await cluster.restart(victim.name);
    }
  } finally {
    await cluster.stop();
  }
  for (const line of wrong) console.log(line);
  return {
    bench: 'component sets', settings: { rounds, seed }, figures: { kills, longest },
    goals: [
      atMost('components or tags that were not the same', wrong.length, 0),
      atLeast('silos killed while they had the actor', kills, rounds),
      atLeast('the most components at once', longest, Math.min(5, Math.ceil(rounds / 4))),
    ],
  };
}

/** By each of the tags, from the test's own process. */
async function isFoundOutside(cluster: ProcessCluster, tags: readonly string[]): Promise<boolean> {
  for (const tag of tags) {
    const names: string[] = [];
    for await (const handle of cluster.findActors<Hero>({ tag, type: Hero })) names.push(handle.toString());
    if (names.join() !== 'hero/h') return false;
  }
  return true;
}

async function holderOf(cluster: ProcessCluster, name: string): Promise<ProcessSilo> {
  for (const silo of cluster.silos) if (silo.isUp && (await silo.activations()).includes(name)) return silo;
  throw new Error(`no silo has ${name}`);
}

/** Again while the silo is just being replaced: changes are random, and reads bear it. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SiloUnavailableError || error instanceof LinkLostError || error instanceof StaleEpochError)) throw error;
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
  }
}

if (process.argv[1]?.endsWith('component-sets.js')) {
  const { values } = parseArgs({ options: { redis: { type: 'string' }, rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '11' } } });
  if (values.redis === undefined) throw new Error('--redis redis://host:port is needed');
  finish(await componentSets({ redis: values.redis, rounds: Number(values.rounds), seed: Number(values.seed) }));
}
