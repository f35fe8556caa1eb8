// What a queue is measured by: it stores jobs of some deliveries each, and calls back for every job that came through.
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { openDeliveryQueues } from '../../events/open-delivery-queues.js';
import type { DeliveryConsumer, DeliveryQueues } from '../../protocol/ports/delivery-queue.js';
import { SystemClock } from '../../protocol/system-clock.js';

export interface QueueLoad {
  /** Stores one job in one of the partitions. */
  add(partition: number): Promise<unknown>;
  /** Called for each job that was handled. */
  onHandled: () => void;
  close(): Promise<void>;
}

export interface LoadSettings {
  readonly redis: string;
  readonly cluster: string;
  readonly partitions: number;
  readonly deliveriesPerJob: number;
  readonly bytesPerDelivery: number;
}

/** BullMQ as its guide shows it: a queue and a worker for each partition, data as JSON. */
export function bareLoad({ redis, cluster, partitions, deliveriesPerJob, bytesPerDelivery }: LoadSettings): QueueLoad {
  const client = new Redis(redis, { maxRetriesPerRequest: null });
  const data = Array.from({ length: deliveriesPerJob }, () => 'x'.repeat(bytesPerDelivery));
  const options = { connection: client as never, prefix: `troupe:{${cluster}/bare${deliveriesPerJob}}` };
  const names = Array.from({ length: partitions }, (_, at) => `q${at}`);
  const queues = names.map((name) => new Queue(name, options));
  const load: QueueLoad = {
    add: (partition) => queues[partition]!.add('b', data, { removeOnComplete: true }),
    onHandled: () => undefined,
    close: async () => {
      await Promise.all([...workers, ...queues].map((each) => each.close()));
      client.disconnect();
    },
  };
  const workers = names.map((name) => new Worker(name, async (_job: Job) => load.onHandled(), options));
  return load;
}

/** The port, with batches of as many bytes. */
export async function portLoad(settings: LoadSettings): Promise<QueueLoad> {
  const { redis, cluster, partitions, deliveriesPerJob, bytesPerDelivery } = settings;
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: console.warn, error: console.error };
  const queues: DeliveryQueues = await openDeliveryQueues({ source: redis, cluster: `${cluster}-${deliveriesPerJob}`, clock: new SystemClock(), log });
  const batch = new Uint8Array(deliveriesPerJob * bytesPerDelivery).map((_, at) => (at * 7919) % 256);
  const load: QueueLoad = { add: (partition) => queues.add(partition, batch), onHandled: nothing, close: () => queues.stop() };
  const consumers: DeliveryConsumer[] = [];
  for (let partition = 0; partition < partitions; partition++) consumers.push(queues.consume(partition, async () => load.onHandled()));
  return load;
}

/** From the first `add` to the last job that was handled. */
export interface Throughput {
  readonly jobsPerSecond: number;
  /** Microseconds of this process for each job, both ends of the queue together; a busy machine changes that least. */
  readonly cpuPerJob: number;
}

export async function throughput(load: QueueLoad, jobs: number, inFlight: number, partitions: number): Promise<Throughput> {
  let handled = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const all = new Promise<void>((resolve) => {
    load.onHandled = () => {
      handled += 1;
      if (handled === jobs) resolve();
    };
  });
  let next = 0;
  const strand = async (): Promise<void> => {
    while (next < jobs) await load.add(next++ % partitions);
  };
  await Promise.all(Array.from({ length: inFlight }, strand));
  await all;
  const { user, system } = process.cpuUsage(cpu);
  return { jobsPerSecond: (jobs * 1000) / (performance.now() - start), cpuPerJob: (user + system) / jobs };
}

/** Milliseconds from `add` to handled, one job alone, in rising order. */
export async function latencies(load: QueueLoad, jobs: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let at = 0; at < jobs; at++) {
    const start = performance.now();
    const handled = new Promise<void>((resolve) => (load.onHandled = resolve));
    await load.add(0);
    await handled;
    taken.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 3)); // The worker waits again, as it does between lone messages.
  }
  return taken.sort((a, b) => a - b);
}
