import { LeasedMembership, type MembershipOptions } from './leased-membership.js';
import { RedisMembershipTable, type MembershipClients } from './redis-membership-table.js';

export interface RedisMembershipOptions extends MembershipOptions {
  /** The cluster's wire name. */
  readonly cluster: string;
}

/** Membership in Redis. The clients stay the caller's and must outlive `stop`. */
export class RedisMembership extends LeasedMembership {
  constructor(clients: MembershipClients, options: RedisMembershipOptions) {
    super(new RedisMembershipTable(clients, options.cluster, options.clock), options);
  }
}
