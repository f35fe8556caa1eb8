import type { Logger } from '../protocol/ports/logger.js';
import type { Durability } from './durability.js';
import type { HeartbeatParts } from './heartbeat.js';
import { LeasedMembership, type MembershipOptions } from './leased-membership.js';
import { LoopHeartbeat } from './loop-heartbeat.js';
import { RedisMembershipTable, type MembershipClients } from './redis-membership-table.js';
import { plainSource, type RedisSource } from './redis-source.js';
import { ThreadedHeartbeat, type ThreadSettings } from './threaded-heartbeat.js';

export interface RedisMembershipOptions extends MembershipOptions {
  /** The cluster's wire name. */
  readonly cluster: string;
  /** Default `primary`. */
  readonly durability?: Durability | undefined;
  /** Beats from a helper thread; absent, the main loop sends them. */
  readonly thread?: HeartbeatThreadOptions | undefined;
}

export interface HeartbeatThreadOptions extends Pick<ThreadSettings, 'loopLimitMs' | 'startThread'> {
  /** Where the thread opens a connection of its own. When it cannot cross into a thread the main loop beats, and says so. */
  readonly source: RedisSource;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Membership in Redis. The clients stay the caller's and must outlive `stop`. */
export class RedisMembership extends LeasedMembership {
  constructor(clients: MembershipClients, options: RedisMembershipOptions) {
    const { cluster, clock, durability, thread } = options;
    super(new RedisMembershipTable(clients, cluster, clock, durability), options, (parts) => makeHeartbeat(parts, cluster, thread));
  }
}

function makeHeartbeat(parts: HeartbeatParts, cluster: string, thread: HeartbeatThreadOptions | undefined): LoopHeartbeat | ThreadedHeartbeat {
  if (!thread) return new LoopHeartbeat(parts);
  const source = plainSource(thread.source);
  if (source !== undefined) return new ThreadedHeartbeat(parts, { ...thread, source, cluster });
  thread.log.info('heartbeats: a client, a function or options that hold one cannot be handed to a thread; the main loop sends them. Give Redis as a URL or plain options');
  return new LoopHeartbeat(parts);
}
