// Membership contract: the table's steps as protocol.md §2 has them, for any number of silos.
import { expect } from 'chai';
import { DEAD_ROWS_KEPT, DEAD_ROWS_KEPT_MS } from '../../../state/membership-table.js';
import { counterOf, type MembershipBench } from './membership-bench.js';

export function table(bench: MembershipBench): void {
  const join = (incarnation: string, more: { newGenesis?: string; startedAt?: number } = {}) => {
    const { newGenesis = 'g', startedAt = 1 } = more;
    return bench.table.join({ joiner: { siloId: incarnation, incarnation, address: 'a', startedAt, labels: {}, types: {} }, newGenesis, partitions: 32 });
  };
  const kill = (heartbeat: string, accuser: string, votesNeeded: number) => bench.table.kill({ victim: 'v', heartbeat, accuser, votesNeeded });
  const GENESIS = 'g 32';

  describe('table', () => {
    it('JOIN raises the epoch once, also when it is sent twice, and keeps the first genesis', async () => {
      expect(await join('v')).to.deep.equal({ status: 'joined', epoch: 1, genesis: GENESIS });
      expect(await join('v', { newGenesis: 'h' })).to.deep.equal({ status: 'joined', epoch: 1, genesis: GENESIS });
      expect(await join('w')).to.deep.equal({ status: 'joined', epoch: 2, genesis: GENESIS });
    });

    it('BEAT counts, and carries the epoch', async () => {
      await join('v');
      await join('w');
      expect(await bench.table.beat('v', GENESIS)).to.deep.equal({ status: 'ok', epoch: 2 });
      await bench.table.beat('v', GENESIS);
      expect([await counterOf(bench.table, 'v'), await counterOf(bench.table, 'w'), await counterOf(bench.table, 'x')]).to.deep.equal(['2', '0', undefined]);
    });

    it('BEAT carries the load, which stays until the next one', async () => {
      await join('v');
      const load = async () => (await bench.table.look()).up.map(({ member }) => member.load);
      expect(await load()).to.deep.equal([undefined]);
      await bench.table.beat('v', GENESIS, { cpu: 0.5, memory: 0.25, activations: 3 });
      expect(await load()).to.deep.equal([{ cpu: 0.5, memory: 0.25, activations: 3 }]);
      await bench.table.beat('v', GENESIS);
      expect(await load()).to.deep.equal([{ cpu: 0.5, memory: 0.25, activations: 3 }]);
      await bench.table.beat('v', GENESIS, { cpu: 0.5, memory: 0.25, activations: 4, capacity: 10 });
      expect((await bench.table.members()).map(({ load: known }) => known)).to.deep.equal([{ cpu: 0.5, memory: 0.25, activations: 4, capacity: 10 }]);
    });

    it('LOOK finds those that are up, with their counters', async () => {
      await join('v');
      await join('w');
      await bench.table.beat('w', GENESIS);
      await bench.table.leave('v');
      expect(await bench.table.look()).to.deep.equal({
        epoch: 3, up: [{ heartbeat: '1', member: { siloId: 'w', incarnation: 'w', address: 'a', startedAt: 1, status: 'up', labels: {}, types: {} } }],
      });
    });

    it('P4: BEAT of an incarnation that is dead, or not in the table, hears so', async () => {
      await join('v');
      await bench.table.leave('v');
      expect(await bench.table.beat('v', GENESIS)).to.deep.equal({ status: 'dead' });
      expect(await bench.table.beat('stranger', GENESIS)).to.deep.equal({ status: 'dead' });
      expect(await counterOf(bench.table, 'v')).to.equal(undefined);
    });

    it('P4: a dead incarnation never joins again', async () => {
      await join('v');
      await bench.table.leave('v');
      expect(await join('v')).to.deep.equal({ status: 'dead' });
      expect(await bench.statuses()).to.deep.equal({ v: 'dead' });
    });

    it('JOIN forgets the dead beyond a thousand, those first that died first, and no one else', async () => {
      const dead = Array.from({ length: DEAD_ROWS_KEPT + 20 }, (_, i) => `d${String(i).padStart(4, '0')}`);
      await Promise.all(['alive', ...dead].map((incarnation) => join(incarnation)));
      for (const incarnation of dead) {
        await bench.table.leave(incarnation);
        bench.clock.advance(1);
      }
      await join('late');
      expect(Object.keys(await bench.statuses()).sort()).to.deep.equal(['alive', 'late', ...dead.slice(20)].sort());
      expect(await bench.table.beat(dead[0]!, GENESIS)).to.deep.equal({ status: 'dead' });
    });

    it('KILL ends the row again that a JOIN brings which comes for the second time when the first is forgotten', async () => {
      await join('v');
      await bench.table.leave('v');
      bench.clock.advance(DEAD_ROWS_KEPT_MS + 1);
      await join('w');
      expect(await bench.statuses()).to.deep.equal({ w: 'up' });
      expect(await join('v')).to.include({ status: 'joined' });
      expect(await kill('0', 'w', 1)).to.equal('dead');
      expect(await bench.table.beat('v', GENESIS)).to.deep.equal({ status: 'dead' });
    });

    it('KILL by value of the counter: one that moved saves the silo and drops the votes', async () => {
      await join('v');
      expect(await kill('0', 'x', 2)).to.equal('voted');
      await bench.table.beat('v', GENESIS);
      expect(await kill('0', 'y', 2)).to.equal('alive');
      expect(await kill('1', 'y', 2)).to.equal('voted');
      expect(await bench.statuses()).to.deep.equal({ v: 'up' });
    });

    it('KILL counts only votes for the counter as it stands', async () => {
      await join('v');
      expect(await kill('0', 'x', 2)).to.equal('voted');
      await bench.table.beat('v', GENESIS);
      expect(await kill('1', 'y', 2)).to.equal('voted');
      expect(await kill('1', 'x', 2)).to.equal('dead');
    });

    it('KILL counts each accuser once and kills with enough votes, raising the epoch', async () => {
      await join('v');
      expect([await kill('0', 'x', 2), await kill('0', 'x', 2), await kill('0', 'y', 2), await kill('0', 'y', 2)]).to.deep.equal(['voted', 'voted', 'dead', 'dead']);
      expect(await join('w')).to.include({ epoch: 3 });
    });

    it('LEAVE raises the epoch once, and of a stranger not at all', async () => {
      await join('v');
      await bench.table.leave('v');
      await bench.table.leave('v');
      await bench.table.leave('stranger');
      expect(await join('w')).to.include({ epoch: 3 });
    });
  });
}
