// Membership contract: the table's steps as protocol.md §2 has them, for any number of silos.
import { expect } from 'chai';
import type { MembershipBench } from './membership-bench.js';

export function table(bench: MembershipBench): void {
  const join = (incarnation: string, more: { isExclusive?: boolean; newGenesis?: string; startedAt?: number } = {}) => {
    const { isExclusive = false, newGenesis = 'g', startedAt = 1 } = more;
    return bench.table.join({ joiner: { siloId: incarnation, incarnation, address: 'a', startedAt }, newGenesis, partitions: 32, isExclusive });
  };
  const kill = (heartbeat: string, accuser: string, votesNeeded: number) => bench.table.kill({ victim: 'v', heartbeat, accuser, votesNeeded });
  const GENESIS = 'g 32';

  describe('table', () => {
    it('JOIN raises the epoch once, also when it is sent twice, and keeps the first genesis', async () => {
      expect(await join('v')).to.deep.equal({ status: 'joined', epoch: 1, genesis: GENESIS });
      expect(await join('v', { newGenesis: 'h' })).to.deep.equal({ status: 'joined', epoch: 1, genesis: GENESIS });
      expect(await join('w')).to.deep.equal({ status: 'joined', epoch: 2, genesis: GENESIS });
    });

    it('JOIN in exclusive mode names who is up, and is no obstacle to itself', async () => {
      await join('v', { isExclusive: true });
      expect(await join('v', { isExclusive: true })).to.include({ status: 'joined' });
      await bench.table.beat('v', GENESIS);
      expect(await join('w', { isExclusive: true })).to.deep.equal({
        status: 'held', heartbeat: '1', holder: { siloId: 'v', incarnation: 'v', address: 'a', startedAt: 1, status: 'up' },
      });
    });

    it('BEAT counts, and carries the epoch', async () => {
      await join('v');
      await join('w');
      expect(await bench.table.beat('v', GENESIS)).to.deep.equal({ status: 'ok', epoch: 2 });
      await bench.table.beat('v', GENESIS);
      expect([await bench.table.heartbeat('v'), await bench.table.heartbeat('w'), await bench.table.heartbeat('x')]).to.deep.equal(['2', '0', undefined]);
    });

    it('P4: BEAT of an incarnation that is dead, or not in the table, hears so', async () => {
      await join('v');
      await bench.table.leave('v');
      expect(await bench.table.beat('v', GENESIS)).to.deep.equal({ status: 'dead' });
      expect(await bench.table.beat('stranger', GENESIS)).to.deep.equal({ status: 'dead' });
      expect(await bench.table.heartbeat('v')).to.equal(undefined);
    });

    it('P4: a dead incarnation never joins again', async () => {
      await join('v');
      await bench.table.leave('v');
      expect(await join('v')).to.deep.equal({ status: 'dead' });
      expect(await bench.statuses()).to.deep.equal({ v: 'dead' });
    });

    it('KILL by value of the counter: one that moved saves the silo and drops the votes', async () => {
      await join('v');
      expect(await kill('0', 'x', 2)).to.equal('voted');
      await bench.table.beat('v', GENESIS);
      expect(await kill('0', 'y', 2)).to.equal('alive');
      expect(await kill('1', 'y', 2)).to.equal('voted');
      expect(await bench.statuses()).to.deep.equal({ v: 'up' });
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
