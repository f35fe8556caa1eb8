import { StoreActorDirectory } from '../../directory/store-actor-directory.js';
import type { ActorDirectory } from '../../directory/actor-directory.js';
import { MemoryDeliveryQueues, MemoryQueues } from '../../events/memory-delivery-queues.js';
import { Partitions } from '../../events/partitions.js';
import type { Member, MemberChange } from '../../protocol/ports/membership.js';
import type { ConsumeOptions, DeliveryConsumer } from '../../protocol/ports/delivery-queue.js';
import type { StateStore } from '../../protocol/ports/state-store.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { silentLog } from '../isolation/silent-log.js';
import { FakeClock } from '../state/fake-clock.js';

/** How silos register; a mutant claims what it must not. */
export type DirectoryMaker = (silo: WorldSilo, store: StateStore) => Pick<ActorDirectory, 'register' | 'unregister'>;

const honest: DirectoryMaker = (silo, store) => new StoreActorDirectory(store, silo.incarnation, silo);

/** Takes a partition from whoever has it, dead or alive. */
export const robber: DirectoryMaker = (silo, store) => new StoreActorDirectory(store, silo.incarnation, { refresh: () => Promise.resolve(), isValid: true, statusOf: () => 'dead' });

/** Silos of one cluster in memory. Who is up is known to all of them only when they look. */
export class PartitionWorld {
  readonly clock = new FakeClock();
  readonly store = new MemoryStateStore(this.clock);
  readonly queues = new MemoryQueues();
  readonly silos: WorldSilo[] = [];
  /** What must never be: a consumer that began while that of a silo which is up ran. */
  readonly collisions: string[] = [];

  constructor(readonly count: number, private readonly makeDirectory: DirectoryMaker = honest) {}

  get up(): readonly WorldSilo[] {
    return this.silos.filter(({ isUp }) => isUp);
  }

  join(siloId: string): WorldSilo {
    const silo = new WorldSilo(this, siloId, `${siloId}.${this.silos.length}`, this.makeDirectory);
    this.silos.push(silo);
    silo.look();
    silo.partitions.start();
    return silo;
  }

  /** Everybody looks, and all that they do then is done. */
  async settle(rounds = 12): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const silo of this.up) silo.look();
      await this.step();
    }
  }

  /** A quarter of a second passes. */
  async step(): Promise<void> {
    this.clock.advance(250);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One silo, with its own look at the cluster. */
export class WorldSilo {
  readonly partitions: Partitions;
  /** Partitions whose consumer was told that the one before it is dead. */
  readonly tookOver: number[] = [];
  readonly deliveries: MemoryDeliveryQueues;
  /** It runs a consumer of them. */
  readonly consuming = new Set<number>();
  readonly seen: string[] = [];
  isUp = true;
  isValid = true;
  peers: readonly Member[] = [];
  private known = new Map<string, 'up' | 'dead'>();
  private readonly listeners = new Set<(change: MemberChange) => void>();
  private readonly fencedListeners: ((reason: string) => void)[] = [];

  constructor(private readonly world: PartitionWorld, readonly siloId: string, readonly incarnation: string, makeDirectory: DirectoryMaker) {
    const { clock, store, queues, count } = world;
    this.deliveries = new MemoryDeliveryQueues(queues, { clock });
    this.partitions = new Partitions({
      siloId, membership: this, clock, count, log: silentLog, directory: makeDirectory(this, store), consume: (partition, options) => this.consume(partition, options),
    });
  }

  statusOf(incarnation: string): 'up' | 'dead' | 'unknown' {
    return this.known.get(incarnation) ?? 'unknown';
  }

  refresh(): Promise<void> {
    this.look();
    return Promise.resolve();
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onFenced(listener: (reason: string) => void): void {
    this.fencedListeners.push(listener);
  }

  /** Sees who is up now. */
  look(): void {
    const seen = new Map(this.world.silos.map(({ incarnation, isUp }) => [incarnation, isUp ? 'up' as const : 'dead' as const]));
    if (JSON.stringify([...seen]) === JSON.stringify([...this.known])) return;
    this.known = seen;
    this.peers = this.world.up.filter((other) => other !== this).map(({ siloId, incarnation }) => (
      { siloId, incarnation, address: '', status: 'up', startedAt: 0, labels: {}, types: {} }));
    for (const listener of this.listeners) listener({ joined: [], dead: [] });
  }

  /** It is declared dead; as a zombie it goes on until `hear`. */
  die(isZombie = false): void {
    this.isUp = false;
    this.isValid = false;
    if (isZombie) return;
    this.deliveries.die();
    this.consuming.clear();
    void this.partitions.stop();
  }

  /** The zombie hears that it is dead. */
  hear(): void {
    for (const listener of this.fencedListeners.splice(0)) listener('declared dead');
  }

  private consume(partition: number, { isOfDead = false }: ConsumeOptions): DeliveryConsumer {
    if (isOfDead) this.tookOver.push(partition);
    const others = this.world.up.filter((other) => other !== this && other.consuming.has(partition));
    for (const { incarnation } of others) this.world.collisions.push(`${this.incarnation} began to consume ${partition} beside ${incarnation}`);
    this.consuming.add(partition);
    const consumer = this.deliveries.consume(partition, async (batch) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.isValid) throw new Error('no lease'); // As calls do that are refused.
      this.seen.push(`${partition}: ${new TextDecoder().decode(batch)}`);
    });
    return {
      stop: async () => {
        await consumer.stop();
        await new Promise((resolve) => setImmediate(resolve));
        this.consuming.delete(partition);
      },
    };
  }
}
