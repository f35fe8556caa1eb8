import { expect } from 'chai';
import { StoreActorDirectory } from '../../directory/store-actor-directory.js';
import { rightfulOwner } from '../../events/rendezvous.js';
import { PARTITIONS, PARTITION_TYPE, partitionId, partitionOf } from '../../protocol/partitions.js';
import { isWireName, type EntityId } from '../../protocol/actor-id.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { SeededRandom } from '../../silo/testing/seeded-random.js';
import { RedisBench } from '../state/redis-bench.js';
import { PartitionWorld, robber, type DirectoryMaker } from './partition-world.js';

const COUNT = 8;

/** Silos come, go, die, wake late and look late, while batches are added. */
async function history(seed: number, makeDirectory?: DirectoryMaker): Promise<PartitionWorld & { readonly added: readonly string[] }> {
  const random = new SeededRandom(seed);
  const added: string[] = [];
  const world = Object.assign(new PartitionWorld(COUNT, makeDirectory), { added });
  world.join('silo-0');
  for (let turn = 0; turn < 120; turn++) {
    const { up } = world;
    if (random.chance(0.15) && up.length < 5) world.join(`silo-${random.below(7)}`);
    if (random.chance(0.1) && up.length > 1) {
      const silo = random.pick(up);
      const isZombie = random.chance(0.5);
      if (random.chance(0.3)) await leave(silo);
      else silo.die(isZombie);
    }
    for (const silo of up) if (random.chance(0.4)) silo.look();
    for (const silo of world.silos) if (!silo.isUp && random.chance(0.2)) silo.hear();
    const partition = random.below(COUNT);
    await random.pick(world.up).deliveries.add(partition, new TextEncoder().encode(String(turn)));
    added.push(`${partition}: ${turn}`);
    await world.step();
  }
  for (const silo of world.silos) if (!silo.isUp) silo.hear();
  await world.settle();
  return world;
}

async function leave(silo: PartitionWorld['silos'][number]): Promise<void> {
  await silo.partitions.stop();
  silo.isUp = silo.isValid = false;
  await silo.deliveries.stop();
}

describe('Partitions', () => {
  it('are all consumed by the first silo, and divided among those that come, each by the one that should', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const first = world.join('a');
    await world.settle(2);
    expect(first.partitions.taken).to.have.length(PARTITIONS);
    world.join('b');
    world.join('c');
    await world.settle();
    for (const { partitions, incarnation } of world.silos) {
      expect(partitions.taken).to.have.length.within(4, 20);
      for (const partition of partitions.taken) expect(partitions.ownerOf(partition).incarnation).to.equal(incarnation);
    }
    expect(world.silos.flatMap(({ partitions }) => partitions.taken).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: PARTITIONS }, (_, at) => at));
  });

  it('of a silo that dies go to the others, and theirs stay where they are', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const [a, b, c] = [world.join('a'), world.join('b'), world.join('c')];
    await world.settle();
    const before = [a.partitions.taken, b.partitions.taken];
    c.die();
    await world.settle();
    for (const [at, silo] of [a, b].entries()) expect(silo.partitions.taken).to.include.members([...before[at]!]);
    expect(a.partitions.taken.length + b.partitions.taken.length).to.equal(PARTITIONS);
  });

  it('are said to be of a dead silo where they are, and only there', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const [a, b] = [world.join('a'), world.join('b')];
    await world.settle();
    await leave(b);
    await world.settle();
    expect([a.tookOver, b.tookOver]).to.deep.equal([[], []]);
    const c = world.join('c');
    await world.settle();
    const held = c.partitions.taken;
    c.die();
    await world.settle();
    expect([held.length > 0, [...a.tookOver].sort((x, y) => x - y), c.tookOver]).to.deep.equal([true, held, []]);
  });

  it('come back to a silo that starts again under the same id', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const [, b] = [world.join('a'), world.join('b')];
    await world.settle();
    const before = b.partitions.taken;
    b.die();
    await world.settle();
    const again = world.join('b');
    await world.settle();
    expect(again.partitions.taken).to.deep.equal(before);
  });

  it('are given up by a silo that stops, after its consumers have ended: others have them at once', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const [a, b] = [world.join('a'), world.join('b')];
    await world.settle();
    await b.partitions.stop();
    expect([...b.consuming]).to.deep.equal([]);
    for (let index = 0; index < PARTITIONS; index++) expect((await world.store.lookup(partitionId(index)))?.incarnation).not.to.equal(b.incarnation);
    b.isUp = false;
    await world.settle(3);
    expect(a.partitions.taken).to.have.length(PARTITIONS);
  });

  it('stay with a silo that others believe dead and that is not: nobody takes them before its death is on record', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const a = world.join('a');
    await world.settle(2);
    const b = world.join('b');
    b.peers = []; // It does not see the other one.
    await world.step();
    await world.step();
    expect(b.partitions.taken.length + a.partitions.taken.length).to.equal(PARTITIONS);
    expect(world.collisions).to.deep.equal([]);
  });

  it('are given up when the silo is fenced', async () => {
    const world = new PartitionWorld(PARTITIONS);
    const [a, b] = [world.join('a'), world.join('b')];
    await world.settle();
    b.die(true);
    b.hear();
    await world.settle();
    expect([b.partitions.taken, [...b.consuming], a.partitions.taken.length]).to.deep.equal([[], [], PARTITIONS]);
  });

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`have one consumer each among the silos that are up, and lose no batch, whoever comes and goes (seed ${seed})`, async () => {
      const world = await history(seed);
      expect(world.collisions).to.deep.equal([]);
      expect(world.up.flatMap(({ partitions }) => partitions.taken).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: COUNT }, (_, at) => at));
      const seen = new Set(world.silos.flatMap((silo) => silo.seen));
      expect(world.added.filter((each) => !seen.has(each))).to.deep.equal([]);
    });
  }

  it('would be consumed twice if they were claimed from silos that live: the check notices', async () => {
    const worlds = await Promise.all([1, 2, 3].map((seed) => history(seed, robber)));
    expect(worlds.every(({ collisions }) => collisions.length > 0)).to.equal(true);
  });

  it('are registered where their queues are, under a type that no actor can have, and leave nothing when they are given up', async () => {
    const redis = await RedisBench.open();
    try {
      const store = new RedisStateStore(redis.connection.scripts, redis);
      const directory = new StoreActorDirectory(store, 's.1', { refresh: () => Promise.resolve(), isValid: true, statusOf: () => 'up' });
      const registration = await directory.register(partitionId(3));
      expect(await redis.keys()).to.deep.equal([`troupe:{${redis.cluster}/p/3}:a`]);
      expect('token' in registration && await directory.unregister(partitionId(3), registration.token)).to.equal(true);
      expect(await redis.keys()).to.deep.equal([]);
      expect(isWireName(PARTITION_TYPE)).to.equal(false);
    } finally {
      await redis.dispose();
    }
  });
});

describe('partitionOf', () => {
  it('says the same for an actor and its components, and for ever', () => {
    expect(partitionOf({ type: 'player', key: 'p1' })).to.equal(partitionOf({ type: 'player', key: 'p1', component: 'Health' } as EntityId));
    expect(['a', 'b', 'c', 'ä'].map((key) => partitionOf({ type: 'player', key }))).to.deep.equal([11, 10, 17, 26]);
  });

  it('spreads actors evenly, whatever their keys look like', () => {
    for (const name of [(at: number) => `${at}`, (at: number) => `player-${at}`, (at: number) => 'x'.repeat(at % 50) + at]) {
      const counts = new Array<number>(PARTITIONS).fill(0);
      for (let at = 0; at < 32_000; at++) counts[partitionOf({ type: 'player', key: name(at) })]! += 1;
      for (const count of counts) expect(count).to.be.within(850, 1150);
    }
  });
});

describe('rightfulOwner', () => {
  const silos = (count: number) => Array.from({ length: count }, (_, at) => ({ siloId: `silo-${at}`, incarnation: `i${at}` }));

  it('is the same whoever asks, in whatever order', () => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      expect(rightfulOwner(partition, silos(5))).to.deep.equal(rightfulOwner(partition, silos(5).reverse()));
    }
  });

  it('moves only the partitions of a silo that goes', () => {
    for (let partition = 0; partition < 1000; partition++) {
      const before = rightfulOwner(partition, silos(5))!;
      if (before.siloId !== 'silo-2') expect(rightfulOwner(partition, silos(5).filter(({ siloId }) => siloId !== 'silo-2'))).to.deep.equal(before);
    }
  });

  it('gives every silo a like share of many partitions', () => {
    const counts = new Map<string, number>();
    for (let partition = 0; partition < 5000; partition++) {
      const { siloId } = rightfulOwner(partition, silos(5))!;
      counts.set(siloId, (counts.get(siloId) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).to.be.within(850, 1150);
  });
});
