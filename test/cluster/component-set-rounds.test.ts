// The long form, on real processes that are killed: npm run campaign -- --only "component sets".
import { expect } from 'chai';
import { SeededRandom } from '../../silo/testing/seeded-random.js';
import { Hearth, Hero, waits } from '../silo/hero.js';
import { changeHero, expectedFinds, lookAt } from '../silo/hero-rounds.js';
import { MemoryCluster, type MemoryClusterSilo } from './memory-cluster.js';

const ROUNDS = 50;

describe('components and tags of an actor', () => {
  it('are the same after it slept, and after another silo took it over, fifty times', async function () {
    this.timeout(60_000);
    waits.clear();
    const random = new SeededRandom(11);
    const cluster = await MemoryCluster.of(2, [Hero, Hearth]);
    const alive = (): MemoryClusterSilo => cluster.silos.find(({ clock, membership }) => !clock.isStopped && membership.isValid)!;
    const look = () => cluster.until(lookAt(alive().actor(Hero, 'h')));
    let longest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const hero = alive().actor(Hero, 'h');
      for (let i = 0; i < 4; i++) await cluster.until(changeHero(hero, random));
      const before = await look();
      longest = Math.max(longest, before.components.length);
      expect(before.found).to.deep.equal(expectedFinds(before));
      await cluster.until(hero.manage.deactivate());
      expect(await look(), `after it slept, round ${round}`).to.deep.equal(before);
      cluster.kill(cluster.silos.find((silo) => silo.activations().includes('hero/h') && !silo.clock.isStopped)!);
      await cluster.add([Hero, Hearth]);
      expect(await look(), `after it was taken over, round ${round}`).to.deep.equal(before);
    }
    expect(longest, 'components at once').to.be.greaterThan(4);
    await cluster.stop();
  });
});
