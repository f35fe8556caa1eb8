// What every Membership promises (protocol/ports/membership.ts, protocol.md §4), and the table behind it (§2). Run on Redis and in memory.
import { lease } from '../state/contract/lease.js';
import { joining } from '../state/contract/joining.js';
import { MembershipBench, type ClusterUnderTest } from '../state/contract/membership-bench.js';
import { table } from '../state/contract/membership-table.js';
import { watching } from '../state/contract/watching.js';

/** Runs the whole suite; `makeCluster` opens an empty cluster for each test. */
export function membershipContract(name: string, makeCluster: (bench: MembershipBench) => Promise<ClusterUnderTest>): void {
  describe(`Membership: ${name}`, () => {
    const bench = new MembershipBench();
    beforeEach(async () => bench.open(await makeCluster(bench)));
    afterEach(() => bench.close());

    joining(bench);
    lease(bench);
    table(bench);
    watching(bench);
  });
}
