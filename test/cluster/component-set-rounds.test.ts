// 50 rounds of random changes to an actor's components and tags, with everything compared after it slept, and after its silo died.
import { expect } from 'chai';
import { MemoryCluster, type MemoryClusterSilo } from './memory-cluster.js';
import { Belt, Burning, Hearth, Hero, waits } from '../silo/hero.js';
import type { AnyHandle, Handle } from '../../sdk/index.js';
import { SeededRandom } from '../../silo/testing/seeded-random.js';

const ROUNDS = 50;
const TAGS = ['hot', 'cold', 'blue', 'team'];

interface Snapshot {
  readonly components: readonly string[];
  readonly states: readonly unknown[];
  readonly byTag: Readonly<Record<string, readonly string[]>>;
  readonly own: readonly string[];
  readonly found: readonly string[];
}

async function snapshot(silo: MemoryClusterSilo, hero: Handle<Hero>): Promise<Snapshot> {
  const handles = await hero.manage.components();
  const burning = handles.filter(({ id }) => id.component!.startsWith('Burning')).map(({ id }) => hero.getComponent<Burning>(id.component!));
  const byTag: Record<string, readonly string[]> = {};
  const own: string[] = [];
  const found: string[] = [];
  for (const tag of TAGS) {
    byTag[tag] = await hero.found(tag);
    if (await hero.has(tag)) own.push(tag);
    for await (const handle of silo.runtime.findActors({ tag, type: Hero })) if (hero.equals(handle as AnyHandle)) found.push(tag);
  }
  return { components: handles.map(({ id }) => id.component!), states: await Promise.all(burning.map((each) => each.feel())), byTag, own, found };
}

describe('components and tags of an actor', () => {
  it(`are the same after it slept and after another silo took it over, ${ROUNDS} times`, async function () {
    this.timeout(60_000);
    waits.clear();
    const random = new SeededRandom(11);
    const tag = (): string => random.pick(TAGS);
    const cluster = await MemoryCluster.of(2, [Hero, Hearth]);
    const until = <T>(promise: Promise<T>): Promise<T> => cluster.until(promise);
    const alive = (): MemoryClusterSilo => cluster.silos.find(({ clock, membership }) => !clock.isStopped && membership.isValid)!;
    let changes = 0;
    const change = async (hero: Handle<Hero>): Promise<void> => {
      changes++;
      const handles = await hero.manage.components();
      const removable = handles.filter(({ id }) => id.component !== 'Belt' || random.chance(0.1));
      const how = random.next();
      if (how < 0.4) await hero.add('Burning', { tags: random.chance(0.5) ? [tag()] : [], args: [changes] }, random.chance(0.2)).catch(() => undefined);
      else if (how < 0.6 && removable.length > 0) await hero.remove(random.pick(removable), random.chance(0.3)).catch(() => undefined);
      else if (how < 0.8) await hero.tag([tag()], [tag()], random.chance(0.2)).catch(() => undefined);
      else if (how < 0.9 && handles.some(({ id }) => id.component === 'Belt')) await hero.getComponent(Belt).tag([tag()], [tag()]);
      else await hero.getComponent(Burning).stoke().catch(() => undefined);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const hero = alive().actor(Hero, 'h');
      for (let i = 0; i < 4; i++) await until(change(hero));
      const before = await until(snapshot(alive(), hero));
      expect(before.found, 'what findActors says is what the actor and its components have').to.deep.equal(TAGS.filter((tag) => before.own.includes(tag) || hasTag(before, tag)));
      await until(hero.manage.deactivate());
      expect(await until(snapshot(alive(), hero)), `after sleep ${round}`).to.deep.equal(before);
      const holder = cluster.silos.find((silo) => silo.activations().includes('hero/h') && !silo.clock.isStopped)!;
      cluster.kill(holder);
      await cluster.add([Hero, Hearth]);
      expect(await until(snapshot(alive(), alive().actor(Hero, 'h'))), `after takeover ${round}`).to.deep.equal(before);
    }
    expect(changes).to.equal(4 * ROUNDS);
    await cluster.stop();
  });
});

/** Class tags count for `find`, not for `findActors`; here no class has one of these. */
function hasTag({ byTag }: Snapshot, tag: string): boolean {
  return byTag[tag]!.length > 0;
}
