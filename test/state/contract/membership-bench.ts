import type { Member, Membership } from '../../../protocol/ports/membership.js';
import type { MembershipOptions } from '../../../state/leased-membership.js';
import type { MembershipTable } from '../../../state/membership-table.js';
import { FakeClock } from '../fake-clock.js';
import { phase } from '../phase.js';

/** One cluster, empty at first. */
export interface ClusterUnderTest {
  readonly table: MembershipTable;
  open(options: MembershipOptions): Membership;
  /** As when Redis lost everything. */
  wipe(): Promise<void>;
  dispose(): Promise<void>;
}

/** A silo with a clock of its own: a clock that stands still is a silo that is dead, or whose loop is blocked. */
export class TestMember {
  readonly clock = new FakeClock();
  readonly membership: Membership;
  readonly fencedBecause: string[] = [];
  private beats = 0;

  constructor(private readonly cluster: ClusterUnderTest, siloId: string, options: Partial<MembershipOptions> = {}) {
    this.membership = cluster.open({ siloId, address: `ws://${siloId}:1`, clock: this.clock, ...options });
    this.membership.onFenced((reason) => this.fencedBecause.push(reason));
  }

  get isValid(): boolean {
    return this.membership.isValid;
  }

  async join(): Promise<{ readonly genesis: string }> {
    return this.membership.start();
  }

  /** One period passes; returns when the table has counted the beat and the silo has heard so. */
  async beat(): Promise<void> {
    this.clock.advance(250);
    this.beats += 1;
    await phase(`beat ${this.beats} is counted`, async () => (await counterOf(this.cluster.table, this.membership.incarnation)) === String(this.beats));
    await phase(`beat ${this.beats} is answered`, () => this.clock.peek(999, () => this.isValid));
  }

  async beatAndLook(): Promise<void> {
    await this.beat();
    await this.membership.refresh();
  }

  /** One period passes and the silo hears that it is dead. */
  async beatInVain(): Promise<void> {
    this.clock.advance(250);
    await phase('the silo is fenced', () => this.fencedBecause.length > 0);
  }
}

/** The counter of an incarnation that is up. */
export async function counterOf(table: MembershipTable, incarnation: string): Promise<string | undefined> {
  return (await table.look()).up.find(({ member }) => member.incarnation === incarnation)?.heartbeat;
}

export class MembershipBench {
  /** The table's. */
  readonly clock = new FakeClock();
  private opened: ClusterUnderTest | undefined;
  private members: TestMember[] = [];

  get cluster(): ClusterUnderTest {
    if (!this.opened) throw new Error('no cluster is open');
    return this.opened;
  }

  get table(): MembershipTable {
    return this.cluster.table;
  }

  open(cluster: ClusterUnderTest): void {
    this.opened = cluster;
  }

  member(siloId: string, options: Partial<MembershipOptions> = {}): TestMember {
    const member = new TestMember(this.cluster, siloId, options);
    this.members.push(member);
    return member;
  }

  /** Each of them beats and looks, `times` times; the others' clocks stand still. */
  async beatTogether(times: number, ...members: readonly TestMember[]): Promise<void> {
    for (let i = 0; i < times; i++) for (const member of members) await member.beatAndLook();
  }

  async statuses(): Promise<Record<string, Member['status']>> {
    return Object.fromEntries((await this.table.members()).map(({ siloId, status }) => [siloId, status]));
  }

  async close(): Promise<void> {
    await Promise.all(this.members.splice(0).map(({ membership }) => membership.stop()));
    await this.opened?.dispose();
    this.opened = undefined;
  }
}
