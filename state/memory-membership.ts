import { LeasedMembership, type MembershipOptions } from './leased-membership.js';
import { MemoryMembershipTable } from './memory-membership-table.js';

export interface MemoryMembershipOptions extends MembershipOptions {
  /** Shared by the silos of one cluster; absent: this silo is alone. */
  readonly table?: MemoryMembershipTable | undefined;
}

/** The memory twin of `RedisMembership`. Alone, its lease has no end: nobody could have declared it dead, however long the loop was blocked. */
export class MemoryMembership extends LeasedMembership {
  constructor({ table, ...options }: MemoryMembershipOptions) {
    super(table ?? new MemoryMembershipTable(options.clock), table ? options : { leaseMs: Infinity, ...options });
  }
}
