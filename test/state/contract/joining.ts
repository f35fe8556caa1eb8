// Membership contract: start, stop and who may join.
import { expect } from 'chai';
import type { MembershipBench } from './membership-bench.js';

export function joining(bench: MembershipBench): void {
  describe('join', () => {
    it('makes the first silo of a cluster its member', async () => {
      const silo = bench.member('one');
      const startedAt = silo.clock.now();
      expect((await silo.join()).status).to.equal('joined');
      expect(silo.isValid).to.equal(true);
      expect(await silo.membership.members()).to.deep.equal([
        { siloId: 'one', incarnation: silo.membership.incarnation, address: 'ws://one:1', status: 'up', startedAt },
      ]);
    });

    it('writes the genesis once: later silos find the same', async () => {
      const first = bench.member('one');
      const joined = await first.join();
      await first.membership.stop();
      expect(await bench.member('two').join()).to.deep.equal(joined);
    });

    it('refuses a second silo while the first one lives, and says who that is', async () => {
      const holder = bench.member('one');
      const startedAt = holder.clock.now();
      await holder.join();
      const refused = await bench.joinBeside(bench.member('two'), () => holder.beat());
      expect(refused).to.deep.equal({
        status: 'refused', holder: { siloId: 'one', incarnation: holder.membership.incarnation, address: 'ws://one:1', status: 'up', startedAt },
      });
      expect(await bench.statuses()).to.deep.equal({ one: 'up' });
      expect(holder.isValid).to.equal(true);
    });

    it('takes the place of a silo whose counter stood still for 2 s, not earlier', async () => {
      const dead = bench.member('dead');
      await dead.join();
      const next = bench.member('next');
      const since = next.clock.monotonicMs();
      expect((await bench.joinBeside(next)).status).to.equal('joined');
      expect(next.clock.monotonicMs() - since).to.be.within(2000, 2250);
      expect(await bench.statuses()).to.deep.equal({ dead: 'dead', next: 'up' });
    });

    it('P4: a silo that was taken for dead hears it once, with its next beat, and never answers again', async () => {
      const slow = bench.member('slow');
      await slow.join();
      await bench.joinBeside(bench.member('next'));
      await slow.beatInVain();
      slow.clock.advance(10_000);
      expect(slow.fencedBecause).to.have.length(1);
      expect(slow.fencedBecause[0]).to.match(/declared dead/);
      expect(slow.isValid).to.equal(false);
      expect(await bench.statuses()).to.deep.equal({ slow: 'dead', next: 'up' });
    });

    it('lets exactly one of two join that start at once', async () => {
      const silos = [bench.member('one'), bench.member('two')];
      const first = await Promise.race(silos.map((silo) => silo.join().then((result) => ({ silo, result }))));
      expect(first.result.status).to.equal('joined');
      const second = silos.find((silo) => silo !== first.silo)!;
      expect((await bench.joinBeside(second, () => first.silo.beat())).status).to.equal('refused');
      expect(await bench.statuses()).to.deep.equal({ [first.silo === silos[0] ? 'one' : 'two']: 'up' });
    });

    it('lets exactly one of two join that find the same dead silo', async () => {
      await bench.member('dead').join();
      const [one, two] = [bench.member('one'), bench.member('two')];
      const beatIfUp = async (silo: typeof one) => {
        if (silo.isValid) await silo.beat();
      };
      const results = await Promise.all([bench.joinBeside(one, () => beatIfUp(two)), bench.joinBeside(two, () => beatIfUp(one))]);
      expect(results.map(({ status }) => status)).to.have.members(['joined', 'refused']);
    });

    it('goes on at once after a silo that stopped properly', async () => {
      const first = bench.member('one');
      await first.join();
      await first.membership.stop();
      expect(await bench.statuses()).to.deep.equal({ one: 'dead' });
      expect((await bench.member('two').join()).status).to.equal('joined');
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

    it('ends a start that still watches another silo', async () => {
      await bench.member('holder').join();
      const silo = bench.member('two');
      const started = silo.join().catch((error: unknown) => error);
      await silo.membership.stop();
      expect(await started).to.have.property('code', 'ERR_CONFIGURATION');
      expect(await bench.statuses()).to.deep.equal({ holder: 'up' });
    });

    it('is allowed before start', async () => {
      const silo = bench.member('one');
      await silo.membership.stop();
      expect(silo.isValid).to.equal(false);
    });
  });
}
