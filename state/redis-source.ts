import { Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { ConfigurationError } from '../protocol/errors/index.js';
import { guardCluster } from './cluster-guard.js';
import { checkGivenClient } from './given-client.js';
import { isRedisClient, type RedisClient } from './redis-client.js';
import { followSentinels } from './sentinel-watch.js';

/**
 * Where Redis is: a URL (`redis://`, `rediss://`), ioredis options (Sentinel's too), an ioredis `Redis` or `Cluster` (its settings are
 * taken over by `duplicate`; it stays the caller's), or a function that makes a new client at each call: Troupe closes those, and takes their
 * settings as they are. Those that would break a promise are refused (given-client.ts).
 */
export type RedisSource = string | RedisOptions | RedisClient | (() => RedisClient);

/** What a client is for. */
export type RedisPurpose = 'scripts' | 'heartbeats';

const CONNECT_TIMEOUT_MS = 3000;
const DEEPEST_OPTION = 8;

// protocol.md §7. Scripts are safe to send twice, so they wait and are sent again for as long as the client lives.
const SCRIPTS: RedisOptions = {
  lazyConnect: true, connectTimeout: CONNECT_TIMEOUT_MS, maxRetriesPerRequest: null, autoResendUnfulfilledCommands: true, enableOfflineQueue: true,
  enableAutoPipelining: false, commandTimeout: undefined, stringNumbers: false, retryStrategy: (times) => Math.min(times * 50, 1000),
  // A replica or a loading server after a failover: look for the primary again and send the command there.
  reconnectOnError: (error) => (/^(READONLY|MASTERDOWN|LOADING)/.test(error.message) ? 2 : false),
};

// A beat is worth nothing later. Without `maxRetriesPerRequest: 0` ioredis 6.0.0 never settles the commands that it does not resend.
const HEARTBEATS: RedisOptions = {
  lazyConnect: true, connectTimeout: 1000, maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, enableOfflineQueue: false,
  enableAutoPipelining: false, commandTimeout: undefined, stringNumbers: false, retryStrategy: () => 100,
};

// A stalled master closes no connection: only a look at the slots tells that another has taken its place, frees what waits for the old one,
// and brings back nodes whose connections were dropped.
const CLUSTER: Readonly<Record<RedisPurpose, ClusterOptions>> = {
  scripts: { slotsRefreshInterval: 2000 },
  // Without delays a broken beat fails; else ioredis sends it again, up to 16 times.
  heartbeats: { slotsRefreshInterval: 1000, slotsRefreshTimeout: 500, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 },
};

/** Makes an unconnected client with the settings that `purpose` needs; a function's client comes as it is. */
export function createClient(source: RedisSource, purpose: RedisPurpose): RedisClient {
  const settings = purpose === 'scripts' ? SCRIPTS : HEARTBEATS;
  if (typeof source === 'function') return guardCluster(checkGivenClient(source()));
  if (typeof source === 'string') return new Redis(checkUrl(source), settings);
  if (!isRedisClient(source)) return followSentinels(new Redis({ ...source, ...settings, ...keepStrategy(source), failoverDetector: false }));
  const clustered = (source as { readonly isCluster?: boolean }).isCluster === true;
  if (!clustered) return followSentinels(source.duplicate({ ...settings, failoverDetector: false }));
  const { enableOfflineQueue, ...redisOptions } = settings;
  return guardCluster(source.duplicate([], {
    ...CLUSTER[purpose], lazyConnect: true, enableOfflineQueue, enableAutoPipelining: false,
    scaleReads: 'master', // A replica may be behind.
    redisOptions: { ...redisOptions, lazyConnect: undefined },
  }));
}

/** Where Redis is, in a form that can be handed to a thread: a URL or options of plain values. */
export type PlainRedisSource = string | RedisOptions;

/** `undefined` for clients, functions, and options that hold either: they cannot leave their thread. */
export function plainSource(source: RedisSource): PlainRedisSource | undefined {
  if (typeof source === 'string') return source;
  return isPlain(source) ? (source as RedisOptions) : undefined;
}

function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol' || depth > DEEPEST_OPTION) return false;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((part) => isPlain(part, depth + 1));
}

/** Host and port for messages and logs; never a password. */
export function describeSource(source: RedisSource): string {
  if (typeof source === 'function') return 'the Redis client made by the given function';
  if (typeof source === 'string') return withoutSecrets(source);
  if (isRedisClient(source)) {
    const { options, startupNodes } = source as unknown as { readonly options?: RedisOptions; readonly startupNodes?: readonly unknown[] };
    return startupNodes ? `cluster of ${startupNodes.map(describeNode).join(', ')}` : describeOptions(options ?? {});
  }
  return describeOptions(source);
}

function checkUrl(url: string): string {
  const isKnown = /^rediss?:\/\//.test(url) && URL.canParse(url);
  if (!isKnown) throw new ConfigurationError(`redis: ${JSON.stringify(withoutSecrets(url))} is not a redis:// or rediss:// URL`);
  return url;
}

/** Credentials and the query (which may carry a password too) are left out. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/s, '//').replace(/[?#].*$/s, '');
}

function describeOptions({ sentinels, name, path, host = 'localhost', port = 6379 }: RedisOptions): string {
  if (sentinels?.length) return `${name ?? 'master'} by sentinels ${sentinels.map(describeNode).join(', ')}`;
  return path ?? `${host}:${port}`;
}

function describeNode(node: unknown): string {
  if (typeof node === 'number') return `localhost:${node}`;
  if (typeof node === 'string') return withoutSecrets(node.includes('//') ? node : `//${node}`).slice(2);
  const { host = 'localhost', port = 6379 } = node as { readonly host?: string; readonly port?: number };
  return `${host}:${port}`;
}

/** A caller's own pace of reconnecting is kept; one that gives up would end the client and with it the silo. */
function keepStrategy({ retryStrategy }: RedisOptions): RedisOptions {
  return typeof retryStrategy === 'function' ? { retryStrategy } : {};
}
