// Membership contract: what silos know of each other, and how the dead are found.
import { expect } from 'chai';
import type { MemberChange } from '../../../protocol/ports/membership.js';
import type { MembershipBench, TestMember } from './membership-bench.js';

export function watching(bench: MembershipBench): void {
  const joined = async (...names: readonly string[]): Promise<TestMember[]> => {
    const members = names.map((name) => bench.member(name));
    for (const member of members) await member.join();
    for (const member of members) await member.membership.refresh();
    return members;
  };
  const namesOf = (member: TestMember) => member.membership.peers.map(({ siloId }) => siloId).sort();

  describe('watching the others', () => {
    it('knows who is up, and learns of whoever joins with the next look', async () => {
      const [one] = (await joined('one')) as [TestMember];
      const two = bench.member('two');
      expect(one.membership.statusOf(two.membership.incarnation)).to.equal('unknown');
      await two.join();
      expect(namesOf(two)).to.deep.equal(['one']);
      await one.membership.refresh();
      expect(namesOf(one)).to.deep.equal(['two']);
      expect(one.membership.statusOf(two.membership.incarnation)).to.equal('up');
      expect(one.membership.statusOf(one.membership.incarnation)).to.equal('up');
    });

    it('tells once who came and who went', async () => {
      const [one] = (await joined('one')) as [TestMember];
      const changes: string[] = [];
      const stop = one.membership.onChange(({ joined: came, dead }: MemberChange) => {
        changes.push(...came.map(({ siloId, status }) => `${siloId} ${status}`), ...dead.map(({ siloId, status }) => `${siloId} ${status}`));
      });
      const [two] = (await joined('two')) as [TestMember];
      await one.membership.refresh();
      await one.membership.refresh();
      await two.membership.stop();
      await one.membership.refresh();
      await one.membership.refresh();
      stop();
      await joined('three');
      await one.membership.refresh();
      expect(changes).to.deep.equal(['two up', 'two dead']);
    });

    it('declares a silo dead whose counter stood still for 2 s, not earlier; P4: that one hears it once and never answers again', async () => {
      const [one, slow] = (await joined('one', 'slow')) as [TestMember, TestMember];
      await bench.beatTogether(7, one);
      expect(one.membership.statusOf(slow.membership.incarnation)).to.equal('up');
      await bench.beatTogether(1, one);
      expect(one.membership.statusOf(slow.membership.incarnation)).to.equal('dead');
      expect(await bench.statuses()).to.deep.equal({ one: 'up', slow: 'dead' });
      await slow.beatInVain();
      slow.clock.advance(10_000);
      expect(slow.fencedBecause).to.have.length(1);
      expect(slow.fencedBecause[0]).to.match(/declared dead/);
      expect(slow.isValid).to.equal(false);
    });

    it('needs two to say so while two can', async () => {
      const [one, two, silent] = (await joined('one', 'two', 'silent')) as [TestMember, TestMember, TestMember];
      await bench.beatTogether(4, one);
      await bench.beatTogether(4, one, two);
      expect(one.membership.statusOf(silent.membership.incarnation), 'one vote').to.equal('up');
      await bench.beatTogether(4, one, two);
      expect(two.membership.statusOf(silent.membership.incarnation), 'two votes').to.equal('dead');
    });

    it('resolves two of three dying together', async () => {
      const [one] = (await joined('one', 'two', 'three')) as [TestMember];
      await bench.beatTogether(8, one);
      expect(await bench.statuses()).to.deep.equal({ one: 'up', two: 'dead', three: 'dead' });
      expect(namesOf(one)).to.deep.equal([]);
    });

    it('begins anew after a lapse of its own lease', async () => {
      const [one, silent] = (await joined('one', 'silent')) as [TestMember, TestMember];
      await bench.beatTogether(7, one);
      one.clock.jump(1000);
      await bench.beatTogether(1, one);
      await bench.beatTogether(7, one);
      expect(one.membership.statusOf(silent.membership.incarnation)).to.equal('up');
      await bench.beatTogether(1, one);
      expect(one.membership.statusOf(silent.membership.incarnation)).to.equal('dead');
    });

    it('takes two refused connections for a death at once, one not, and none that a beat answers', async () => {
      const [one, two, victim] = (await joined('one', 'two', 'victim')) as [TestMember, TestMember, TestMember];
      const { incarnation } = victim.membership;
      const refusal = async ({ membership }: TestMember) => (await membership.sight(incarnation))!;
      const status = async () => (await one.membership.refresh(), one.membership.statusOf(incarnation));
      await one.membership.suspect(await refusal(one));
      expect(await status(), 'one refused').to.equal('up');
      const stale = await refusal(two);
      await victim.beat();
      await two.membership.suspect(stale);
      expect(await status(), 'it has beaten between the refusal and the vote').to.equal('up');
      await two.membership.suspect(await refusal(two));
      expect(await status(), 'the first vote was for an older beat').to.equal('up');
      await one.membership.suspect(await refusal(one));
      expect(await status(), 'two refused').to.equal('dead');
    });

    it('gives no vote under another lease than that of the refusal', async () => {
      const [one, two, victim] = (await joined('one', 'two', 'victim')) as [TestMember, TestMember, TestMember];
      const { incarnation } = victim.membership;
      const before = (await one.membership.sight(incarnation))!;
      one.clock.jump(1000);
      expect(await one.membership.sight(incarnation), 'without a lease').to.equal(undefined);
      await bench.beatTogether(1, one);
      await two.membership.suspect((await two.membership.sight(incarnation))!);
      await one.membership.suspect(before);
      await two.membership.refresh();
      expect(two.membership.statusOf(incarnation)).to.equal('up');
    });

    it('tells when its own lease ends, and when it is back', async () => {
      const told: boolean[] = [];
      const one = bench.member('one', { onLease: (isValid) => told.push(isValid) });
      await one.join();
      await one.beatAndLook();
      expect(told).to.deep.equal([]);
      one.clock.jump(1000);
      await one.beatAndLook();
      expect(told).to.deep.equal([false]);
      await one.beatAndLook();
      expect(told).to.deep.equal([false, true]);
    });

    it('believes whoever saw the process end', async () => {
      const [one, ended] = (await joined('one', 'ended')) as [TestMember, TestMember];
      await one.membership.declareDead(ended.membership.incarnation);
      expect(one.membership.statusOf(ended.membership.incarnation)).to.equal('dead');
      await one.membership.declareDead('never-seen');
    });

    it('tells the others how busy it is', async () => {
      const load = { cpu: 0.5, memory: 0.125, activations: 7 };
      const busy = bench.member('busy', { load: () => load });
      await busy.join();
      await busy.beat();
      const [one] = (await joined('one')) as [TestMember];
      expect(one.membership.peers.map((member) => member.load)).to.deep.equal([load]);
    });
  });
}
