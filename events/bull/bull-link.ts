// BullLink. Owns: one silo's client for all that BullMQ does without blocking, and the making of queues, of workers and of the clients on which
// these wait: one each, as a blocked connection does nothing else.
//   L1. Every script of BullMQ settles once: it is sent until it is answered, or rejects with `LinkLostError` when the link closes.
//   L2. With durability `replicated` a batch counts as stored once a replica has it.
import { Queue, QueueKeys, RedisConnection, RedisQueueBackend, type BackendFactory, type IRedisClient } from 'bullmq';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/clock.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { Durability } from '../../state/durability.js';
import type { RedisClient } from '../../state/redis-client.js';
import { connectClients } from '../../state/redis-connection.js';
import { RedisExecutor } from '../../state/redis-executor.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { checkQueueCommands } from '../../state/redis-settings.js';
import { createClient, type RedisSource } from '../../state/redis-source.js';
import { ReplicatedExecutor } from '../../state/replicated-executor.js';
import { blockingClient, executedClient, versionLines } from './executed-client.js';
import { handBack } from './hand-back.js';
import { PartitionWorker, type BatchProcessor } from './partition-worker.js';

/** The name of every partition's queue: the prefix tells them apart. */
const NAME = 'q';
/** BullMQ keeps the last events of each queue; nobody listens to them. */
const EVENTS_KEPT = '0';

export interface BullLinkOptions {
  readonly source: RedisSource;
  /** The cluster's wire name. */
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly durability?: Durability | undefined;
}

export class BullLink {
  private readonly keys: RedisKeys;
  private readonly queues = new Map<number, Promise<Queue<string>>>();
  private readonly executor: RedisExecutor;
  private readonly kept: ReplicatedExecutor | RedisExecutor;
  private readonly shared: IRedisClient;

  private constructor(private readonly client: RedisClient, private readonly options: BullLinkOptions, private readonly serverInfo: string) {
    this.keys = new RedisKeys(options.cluster);
    this.executor = new RedisExecutor(client);
    this.kept = options.durability === 'replicated' ? new ReplicatedExecutor(this.executor, options.log) : this.executor;
    this.shared = executedClient(client, { plain: this.executor, kept: this.kept }, serverInfo);
  }

  /** Throws `ConfigurationError` when Redis cannot be reached or refuses a command, or its client spells keys in its own way. */
  static async open(options: BullLinkOptions): Promise<BullLink> {
    const [client] = await connectClients(options.source, ['scripts'], { clock: options.clock });
    const { keyPrefix, redisOptions } = (client as { readonly options?: Prefixed & { readonly redisOptions?: Prefixed } }).options ?? {};
    if (keyPrefix || redisOptions?.keyPrefix) {
      client!.disconnect();
      throw new ConfigurationError('redis: keyPrefix cannot be used: queues name their keys inside scripts, where it does not reach; clusters are told apart by their names');
    }
    try {
      await checkQueueCommands(client!, `${new RedisKeys(options.cluster).partition(0)}:${NAME}:probe`);
      return new BullLink(client!, options, versionLines(await client!.callBuffer('info').catch(() => undefined)));
    } catch (error) {
      client!.disconnect();
      throw error;
    }
  }

  /** The queue of a partition, which lets one batch at a time be taken in the whole cluster. */
  queue(partition: number): Promise<Queue<string>> {
    const known = this.queues.get(partition);
    if (known) return known;
    const made = this.makeQueue(partition);
    this.queues.set(partition, made);
    made.catch(() => this.queues.delete(partition));
    return made;
  }

  /** As `handBack`. */
  handBack(partition: number): Promise<void> {
    return handBack(this.executor, this.keys.partition(partition), NAME);
  }

  /** A worker that begins at once. */
  worker(partition: number, process: BatchProcessor): PartitionWorker {
    const waiting = createClient(this.options.source, 'scripts');
    waiting.on('error', () => undefined); // An 'error' event without a listener goes to the console.
    const worker = new PartitionWorker(NAME, process, { prefix: this.keys.partition(partition), waiting }, this.backends(partition, () => blockingClient(waiting, this.serverInfo)));
    worker.on('error', (error) => this.tell(partition, error));
    return worker;
  }

  /** Rejects what is under way and cuts the connection. Idempotent. */
  close(): void {
    this.kept.stop();
    this.client.disconnect();
  }

  private async makeQueue(partition: number): Promise<Queue<string>> {
    const prefix = this.keys.partition(partition);
    await this.executor.command('hset', new QueueKeys(prefix).getKeys(NAME)['meta']!, 'concurrency', '1', 'opts.maxLenEvents', EVENTS_KEPT);
    const queue = new Queue<string>(NAME, { connection: {}, prefix, skipMetasUpdate: true }, this.backends(partition));
    queue.on('error', (error) => this.tell(partition, error));
    return queue;
  }

  private backends(partition: number, makeBlocking?: () => IRedisClient): BackendFactory<RedisQueueBackend> {
    return (name, options, { withBlockingConnection = false } = {}) => {
      const keys = new QueueKeys(this.keys.partition(partition));
      const connection = new RedisConnection(this.shared, { shared: true, blocking: false });
      const blocking = withBlockingConnection && makeBlocking ? new RedisConnection(makeBlocking(), { shared: false, blocking: true }) : undefined;
      return new RedisQueueBackend(connection, name, keys.getKeys(name), (type) => keys.toKey(name, type), options, blocking);
    };
  }

  private tell(partition: number, error: Error): void {
    if (isOfConnection(error)) this.options.log.debug({ err: error, partition }, 'queues: a connection to Redis broke; it is made again');
    else this.options.log.warn({ err: error, partition }, `queues: BullMQ reports: ${error.message}`);
  }
}

interface Prefixed {
  readonly keyPrefix?: string;
}

function isOfConnection({ code, message, name }: Error & { readonly code?: unknown }): boolean {
  return name === 'LinkLostError' || (typeof code === 'string' && /^(E[A-Z]+|NR_CLOSED)$/.test(code)) || /connection/i.test(message);
}
