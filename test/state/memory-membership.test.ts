import { expect } from 'chai';
import { MemoryMembership } from '../../state/memory-membership.js';
import { MemoryMembershipTable } from '../../state/memory-membership-table.js';
import { membershipContract } from '../contracts/membership.contract.js';
import { FakeClock } from './fake-clock.js';

membershipContract('memory', ({ clock }) => {
  const table = new MemoryMembershipTable(clock);
  return Promise.resolve({
    table,
    open: (options) => new MemoryMembership({ ...options, table }),
    wipe: () => Promise.resolve(table.clear()),
    dispose: () => Promise.resolve(),
  });
});

describe('MemoryMembership', () => {
  it('stays valid however long the loop was blocked when the silo is alone', async () => {
    const clock = new FakeClock();
    const membership = new MemoryMembership({ siloId: 'one', address: 'a', clock });
    await membership.start();
    clock.advance(0);
    for (let hours = 0; hours < 3; hours += 1) {
      clock.advance(3_600_000);
      expect(membership.isValid).to.equal(true);
    }
    await membership.stop();
    expect(membership.isValid).to.equal(false);
  });

  it('forgets dead rows after 7 days', async () => {
    const clock = new FakeClock();
    const table = new MemoryMembershipTable(clock);
    const live = async (siloId: string) => {
      const membership = new MemoryMembership({ siloId, address: 'a', clock, table });
      await membership.start();
      await membership.stop();
    };
    await live('old');
    clock.advance(7 * 24 * 3_600_000);
    await live('middle');
    expect((await table.members()).map(({ siloId }) => siloId)).to.deep.equal(['old', 'middle']);
    clock.advance(1);
    await live('new');
    expect((await table.members()).map(({ siloId }) => siloId)).to.deep.equal(['middle', 'new']);
  });
});
