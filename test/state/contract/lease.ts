// Membership contract: the lease, and the ways to lose it.
import { expect } from 'chai';
import type { MembershipBench } from './membership-bench.js';

export function lease(bench: MembershipBench): void {
  describe('lease', () => {
    it('is not valid before the silo has joined', () => {
      expect(bench.member('one').isValid).to.equal(false);
    });

    it('ends 1 s after the last answered beat was sent', async () => {
      const silo = bench.member('one', { beatEveryMs: 100_000 });
      await silo.join();
      silo.clock.advance(999);
      expect(silo.isValid).to.equal(true);
      silo.clock.advance(1);
      expect(silo.isValid).to.equal(false);
    });

    it('is renewed by every beat', async () => {
      const silo = bench.member('one');
      await silo.join();
      for (let beats = 0; beats < 10; beats += 1) await silo.beat();
      expect(silo.isValid).to.equal(true);
      expect(silo.fencedBecause).to.deep.equal([]);
    });

    it('ends when the wall clock and the monotonic clock drift apart by more than 500 ms, until the next beat', async () => {
      const silo = bench.member('one');
      await silo.join();
      silo.clock.jump(500);
      expect(silo.isValid).to.equal(true);
      silo.clock.jump(1);
      expect(silo.isValid).to.equal(false);
      await silo.beat();
      expect(silo.isValid).to.equal(true);
    });

    it('is lost for ever, with the reason, when the store was emptied', async () => {
      const silo = bench.member('one');
      await silo.join();
      await bench.cluster.wipe();
      await silo.beatInVain();
      expect(silo.fencedBecause[0]).to.match(/genesis missing/);
      expect(silo.isValid).to.equal(false);
    });

    it('is lost for ever, with the reason, when the store is another one than the silo joined', async () => {
      const silo = bench.member('one');
      await silo.join();
      await bench.cluster.wipe();
      await bench.member('two').join();
      await silo.beatInVain();
      expect(silo.fencedBecause[0]).to.match(/another one than this silo joined: genesis [0-9a-f-]+ 32/);
      expect(await bench.statuses()).to.deep.equal({ two: 'up' });
    });

    it('tells a listener that comes too late all the same', async () => {
      const silo = bench.member('one');
      await silo.join();
      await bench.cluster.wipe();
      await silo.beatInVain();
      const reason = await new Promise<string>((resolve) => silo.membership.onFenced(resolve));
      expect(reason).to.equal(silo.fencedBecause[0]);
    });
  });
}
