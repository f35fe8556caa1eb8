// Membership contract: start, stop and who may join.
import { expect } from 'chai';
import type { MembershipBench } from './membership-bench.js';

export function joining(bench: MembershipBench): void {
  describe('join', () => {
    it('makes the first silo of a cluster its member', async () => {
      const silo = bench.member('one', { labels: { zone: 'a' }, types: { player: '1.0.0' } });
      const startedAt = silo.clock.now();
      await silo.join();
      expect(silo.isValid).to.equal(true);
      expect(await silo.membership.members()).to.deep.equal([
        { siloId: 'one', incarnation: silo.membership.incarnation, address: 'ws://one:1', status: 'up', startedAt, labels: { zone: 'a' }, types: { player: '1.0.0' } },
      ]);
    });

    it('tells the others where its gateway is', async () => {
      const [one, two] = [bench.member('one', { gateway: () => 'https://eu.example' }), bench.member('two')];
      await one.join();
      await two.join();
      expect(two.membership.peers).to.have.length(1);
      expect(two.membership.peers[0]).to.have.property('gateway', 'https://eu.example');
      expect((await one.membership.members()).find(({ siloId }) => siloId === 'two')).not.to.have.property('gateway');
    });

    it('writes the genesis once: later silos find the same', async () => {
      const first = bench.member('one');
      const joined = await first.join();
      await first.membership.stop();
      expect(await bench.member('two').join()).to.deep.equal(joined);
    });

    it('gives every life of a silo an incarnation of its own, fit for keys whatever the silo is called', () => {
      const incarnations = Array.from({ length: 4 }, () => bench.member('a}:{ b/☃').membership.incarnation);
      expect(new Set(incarnations)).to.have.length(4);
      for (const incarnation of incarnations) expect(incarnation).to.match(/^[A-Za-z0-9_.-]+$/);
    });

    it('refuses a silo that counts other partitions than the cluster was made with', async () => {
      const first = bench.member('one');
      await first.join();
      await first.membership.stop();
      const error: unknown = await bench.member('two', { partitions: 16 }).join().catch((caught: unknown) => caught);
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(String(error)).to.match(/32 partitions.*16/);
    });
  });

  describe('stop', () => {
    it('ends the lease at once and for ever; twice is once', async () => {
      const silo = bench.member('one');
      await silo.join();
      const stopped = silo.membership.stop();
      expect(silo.isValid).to.equal(false);
      await Promise.all([stopped, silo.membership.stop()]);
      expect(silo.clock.armed).to.equal(0);
      expect(silo.fencedBecause).to.deep.equal([]);
    });

    it('is allowed before start', async () => {
      const silo = bench.member('one');
      await silo.membership.stop();
      expect(silo.isValid).to.equal(false);
    });
  });
}
