// RedisWitness. Owns: a connection to a cluster's membership table, for somebody who is no member and sees silos' processes end.
//   W1. Whoever saw the end cannot be wrong, so one vote is enough; it stays a vote by value of the counter (P4): beats that were on their way
//       when the process ended make it ask again.
import type { Clock } from '../protocol/ports/clock.js';
import { RedisConnection } from './redis-connection.js';
import { RedisMembershipTable } from './redis-membership-table.js';
import type { RedisSource } from './redis-source.js';

export interface RedisWitnessOptions {
  /** The cluster's wire name. */
  readonly cluster: string;
  readonly clock: Clock;
  /** How long `sawEnd` tries; 10,000 ms. */
  readonly timeoutMs?: number | undefined;
}

const ACCUSER = 'supervisor';

/** Declares silos dead whose processes have ended. */
export class RedisWitness {
  private constructor(private readonly connection: RedisConnection, private readonly table: RedisMembershipTable, private readonly options: RedisWitnessOptions) {}

  /** Throws `ConfigurationError` when Redis cannot be reached. */
  static async open(source: RedisSource, options: RedisWitnessOptions): Promise<RedisWitness> {
    const connection = await RedisConnection.open(source, { clock: options.clock });
    return new RedisWitness(connection, new RedisMembershipTable(connection, options.cluster, options.clock), options);
  }

  /** That silo is dead when this resolves; at once if it had left. Rejects when Redis does not answer in time. */
  sawEnd(siloId: string): Promise<void> {
    const { clock, timeoutMs = 10_000 } = this.options;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(() => reject(new Error(`Redis did not take the end of silo '${siloId}' within ${timeoutMs} ms`)), timeoutMs);
      this.declareDead(siloId).then(resolve, reject).finally(() => timer.cancel());
    });
  }

  /** Idempotent. */
  close(): void {
    this.table.close();
    this.connection.close();
  }

  private async declareDead(siloId: string): Promise<void> {
    for (;;) {
      const { up } = await this.table.look();
      const row = up.find(({ member }) => member.siloId === siloId);
      if (!row) return;
      const accusation = { victim: row.member.incarnation, heartbeat: row.heartbeat, accuser: ACCUSER, votesNeeded: 1 };
      if ((await this.table.kill(accusation)) === 'dead') return; // W1
    }
  }
}
