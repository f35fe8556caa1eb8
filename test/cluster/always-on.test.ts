import { expect } from 'chai';
import { ActivationFailedError, Actor, LinkLostError } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

@Actor({ name: 'watchman', alwaysOn: true })
class Watchman {
  ping(): string {
    return 'pong';
  }
}

/** A watchman on the silo that was killed; the store does not say so often who is to be kept awake. */
async function watchmanOfDead(refusals: number): Promise<{ readonly cluster: MemoryCluster; looks(): number }> {
  const cluster = await MemoryCluster.of(2, [Watchman]);
  const [, s1] = cluster.silos;
  await s1!.actor(Watchman, 'w').ping();
  const findTagged = cluster.store.findTagged.bind(cluster.store);
  let looks = 0;
  cluster.store.findTagged = (...page) => (++looks <= refusals ? Promise.reject(new Error('out of reach')) : findTagged(...page));
  cluster.kill(s1!);
  return { cluster, looks: () => looks };
}

describe('always-on actors of a silo that died', () => {
  it('wake elsewhere if they have answered, however early the silo died', async () => {
    const cluster = await MemoryCluster.of(2, [Watchman]);
    const indexed = gate();
    const indexTag = cluster.store.indexTag.bind(cluster.store);
    cluster.store.indexTag = async (...entry) => {
      await indexed.opened;
      return indexTag(...entry);
    };
    let answer = '';
    const answered = cluster.silos[1]!.actor(Watchman, 'w').ping().then((pong) => (answer = pong));
    await cluster.clock.advance(100);
    expect(answer).to.equal('');
    indexed.open();
    await answered;
    cluster.kill(cluster.silos[1]!);
    await cluster.clock.advance('4s');
    expect(cluster.silos[0]!.activations()).to.deep.equal(['watchman/w']);
    await cluster.stop();
  });

  it('do not begin while nobody can be told of them, and do so at the next call', async () => {
    const cluster = await MemoryCluster.of(1, [Watchman]);
    const watchman = cluster.silos[0]!.actor(Watchman, 'w');
    const indexTag = cluster.store.indexTag.bind(cluster.store);
    cluster.store.indexTag = () => Promise.reject(new LinkLostError('out of reach'));
    expect(await failure(watchman.ping())).to.be.instanceOf(ActivationFailedError);
    expect(cluster.silos[0]!.activations()).to.deep.equal([]);
    cluster.store.indexTag = indexTag;
    expect(await watchman.ping()).to.equal('pong');
    await cluster.stop();
  });

  it('wake elsewhere though the store fails for a while just then', async () => {
    const { cluster } = await watchmanOfDead(3);
    // The death is known within three seconds; the pauses are one, two and four.
    await cluster.clock.advance('11s');
    expect(cluster.silos[0]!.activations()).to.deep.equal(['watchman/w']);
    await cluster.stop();
  });

  it('are looked for no more once the silo that would keep them has stopped', async () => {
    const { cluster, looks } = await watchmanOfDead(Infinity);
    await cluster.clock.advance('4s');
    await cluster.stop();
    const before = looks();
    expect(before).to.be.at.least(1);
    await cluster.clock.advance('200s');
    expect(looks()).to.equal(before);
  });
});
