import { setTimeout as delay } from 'node:timers/promises';
import type { Durability } from '../../../silo/index.js';
import { RedisKeys } from '../../../state/redis-keys.js';
import type { TestRedisCluster } from '../../../test/support/redis-cluster.js';
import { Fleet } from '../fleet.js';
import { DescribedRedis } from '../fleet-redis.js';
import { underLoad, type FaultReport } from '../load.js';
import { killAgain, recoveryOf, type KillSettings } from './kill.js';

const BETWEEN_MS = 2500;
/** Silos that are killed while their table moves or its master dies are found dead later. */
const RECOVERY = { p50: 15_000, p99: 30_000 };

/**
 * Random kills of silos on a Redis Cluster of three masters while the slot of an actor and that of the membership table move to other masters, and the
 * table's master goes: under `primary` it changes places with its replica without loss (a master that dies loses what its replica has not
 * received, by Redis's nature), under `replicated` it is killed.
 */
export async function clusterKills({ durability, ...settings }: KillSettings & { readonly durability: Durability }): Promise<FaultReport> {
  await using redis = await DescribedRedis.cluster();
  const { servers } = redis;
  await using fleet = await Fleet.start(3, { on: redis, durability });
  return await underLoad(fleet, settings, async (load) => {
    const keys = new RedisKeys(fleet.cluster);
    const [skipped, moved] = await Promise.all([
      killAgain(fleet, settings, load),
      disturb(servers, { actor: keys.row({ type: 'counter', key: 'c0' }), table: keys.membership.silos }, durability),
    ]);
    await fleet.complete();
    const { figures, goals } = recoveryOf(load.recovery, RECOVERY);
    return { figures: { ...figures, skipped, ...moved }, goals };
  });
}

async function disturb(servers: TestRedisCluster, keys: Readonly<Record<'actor' | 'table', string>>, durability: Durability): Promise<Record<string, unknown>> {
  const slots = { actor: await servers.slotOf(keys.actor), table: await servers.slotOf(keys.table) };
  for (const slot of [slots.actor, slots.table]) {
    await delay(BETWEEN_MS);
    // In its middle it lasts for a while: then there are keys on both sides.
    await servers.moveSlot(slot, await servers.otherMaster(slot), () => delay(BETWEEN_MS / 5));
  }
  await delay(BETWEEN_MS);
  const master = await servers.masterOf(slots.table);
  if (durability === 'primary') {
    await servers.failover(master);
    return { movedSlots: 2, failover: 'coordinated' };
  }
  const replica = await servers.replicaOf(master);
  await master.server.kill();
  await servers.promoted({ master, replica });
  await master.server.restart();
  return { movedSlots: 2, failover: 'the master was killed' };
}
