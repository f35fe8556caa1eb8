import { ConfigurationError } from '../protocol/errors/index.js';
import type { RedisClient } from './redis-client.js';

const OLDEST: readonly [number, number] = [6, 2];
/** Silos, tools and monitoring, and room for the connections of silos that come while others go. */
const FEWEST_CONNECTIONS = 128;
/** Runs once what scripts of queues use; answers the first that was refused and why, or nothing. */
const QUEUE_PROBE = `
local key = KEYS[1]
local commands = {
  {'LPUSH', key, 'a'}, {'RPUSH', key, 'b'}, {'RPOPLPUSH', key, key}, {'LRANGE', key, 0, -1}, {'LLEN', key}, {'LREM', key, 1, 'a'}, {'DEL', key},
  {'ZADD', key, 1, 'a'}, {'ZRANGEBYSCORE', key, 0, 1}, {'ZRANGE', key, 0, 0}, {'ZCARD', key}, {'ZREM', key, 'a'}, {'DEL', key},
  {'HMSET', key, 'a', 1}, {'HINCRBY', key, 'a', 1}, {'HMGET', key, 'a'}, {'HGETALL', key}, {'DEL', key},
  {'XADD', key, 'MAXLEN', '~', 1, '*', 'a', 'b'}, {'XTRIM', key, 'MAXLEN', '~', 1}, {'DEL', key},
  {'SADD', key, 'a'}, {'SMEMBERS', key}, {'SREM', key, 'a'}, {'INCR', key}, {'SET', key, 1, 'PX', 1}, {'PTTL', key}, {'DEL', key},
}
for _, command in ipairs(commands) do
  local answer = redis.pcall(unpack(command))
  if type(answer) == 'table' and answer.err then
    redis.pcall('DEL', key)
    return command[1] .. ': ' .. answer.err
  end
end
return cjson.encode(cmsgpack.unpack(cmsgpack.pack({}))) == '' and 'cjson' or nil`;
const REPLICA_TIMEOUT_MS = '1000';

/**
 * Warnings about a Redis that can lose acknowledged commits or messages (protocol.md §7), none when all is well; of a Redis Cluster all primaries are
 * asked. What the server does not tell is reported as unknown. Throws `ConfigurationError` when it is older than 6.2, or has no database of the
 * number that was asked for.
 */
export async function checkRedisSettings(client: RedisClient): Promise<readonly string[]> {
  const found = await Promise.all((client.nodes?.('master') ?? [client]).map(warningsOf));
  await checkDatabase(client);
  return [...new Set(found.flat())];
}

async function warningsOf(client: RedisClient): Promise<readonly string[]> {
  const info = await readInfo(client);
  const version = info.get('redis_version');
  if (version !== undefined && isOlder(version)) {
    throw new ConfigurationError(`Redis ${version} is too old: Troupe needs ${OLDEST.join('.')} or later`);
  }
  const warnings: string[] = [];
  if (version === undefined) warnings.push(`Redis: the version is unknown (INFO was refused); Troupe needs ${OLDEST.join('.')} or later`);
  const aof = await readSetting(client, 'appendonly', { 0: 'no', 1: 'yes' }[info.get('aof_enabled') ?? '']);
  if (aof === undefined) warnings.push('Redis: whether appendonly is on is unknown (CONFIG was refused); without it a killed Redis loses commits');
  else if (aof !== 'yes') warnings.push('Redis: appendonly is off: a killed Redis loses acknowledged commits and messages; set appendonly yes, appendfsync everysec');
  const policy = await readSetting(client, 'maxmemory-policy', info.get('maxmemory_policy'));
  if (policy === undefined) warnings.push('Redis: maxmemory-policy is unknown (CONFIG was refused); anything but noeviction can delete state and messages');
  else if (policy !== 'noeviction') warnings.push(`Redis: maxmemory-policy is ${policy}: a full Redis would delete state and messages; set noeviction`);
  const connections = await readSetting(client, 'maxclients', info.get('maxclients'));
  if (connections !== undefined && Number(connections) < FEWEST_CONNECTIONS) {
    warnings.push(`Redis: maxclients is ${connections}: every silo takes 4 connections, and the cluster one more for each of its partitions; set ${FEWEST_CONNECTIONS} or more`);
  }
  return warnings;
}

/**
 * Throws `ConfigurationError` when the server refuses a command that queues need (ACL, renamed, a managed service): refused later, each one would
 * be tried for ever. `key` is free, and so it stays.
 */
export async function checkQueueCommands(client: RedisClient, key: string): Promise<void> {
  const refusal = await refusedCommand(client, key);
  if (refusal === undefined) return;
  throw new ConfigurationError(`Redis refuses what durable messages need: ${refusal}; allow all data commands, blocking ones too, and scripts`);
}

async function refusedCommand(client: RedisClient, key: string): Promise<string | undefined> {
  try {
    await client.callBuffer('bzpopmin', key, '0.001');
    const refused = await client.callBuffer('eval', QUEUE_PROBE, '1', key);
    return Buffer.isBuffer(refused) ? refused.toString('utf8') : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return error.message;
    throw error;
  }
}

/**
 * What durability `replicated` needs: a replica of every primary, and leave to WAIT for it. Throws `ConfigurationError` that says what is missing;
 * `address` is how people know this Redis.
 */
export async function checkReplicas(client: RedisClient, address: string): Promise<void> {
  const primaries = client.nodes?.('master') ?? [client];
  const missing = await Promise.all(primaries.map(async (primary) => {
    const { host, port } = 'options' in primary ? primary.options : {};
    const name = client.nodes ? `${host}:${port} of ${address}` : address;
    const replicas = await ask(primary, 'wait', '1', REPLICA_TIMEOUT_MS);
    if (replicas === undefined) return `Redis at ${name} refuses WAIT`;
    return Number(replicas) > 0 ? undefined : `Redis at ${name} has no replica`;
  }));
  const first = missing.find((each) => each !== undefined);
  if (first !== undefined) throw new ConfigurationError(`durability: 'replicated' cannot be kept: ${first}; connect a replica, or use 'primary'`);
}

/** ioredis goes on with database 0 when the server has no such one. */
async function checkDatabase(client: RedisClient): Promise<void> {
  const { db } = (client as { readonly options?: { readonly db?: number } }).options ?? {};
  if (!db) return;
  const about = await ask(client, 'client', 'INFO');
  const selected = Buffer.isBuffer(about) ? /\bdb=(\d+)/.exec(about.toString('latin1'))?.[1] : undefined;
  if (selected !== undefined && Number(selected) !== db) throw new ConfigurationError(`Redis has no database ${db}: name one that it has (CONFIG GET databases), or another server`);
}

async function readInfo(client: RedisClient): Promise<ReadonlyMap<string, string>> {
  const text = await ask(client, 'info');
  const lines = Buffer.isBuffer(text) ? text.toString('utf8').split(/\r?\n/) : [];
  return new Map(lines.filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** CONFIG's word where it is allowed, else what INFO said. */
async function readSetting(client: RedisClient, name: string, fromInfo: string | undefined): Promise<string | undefined> {
  const reply = await ask(client, 'config', 'GET', name);
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return Buffer.isBuffer(value) ? value.toString('utf8') : fromInfo;
}

/** `undefined` when the server refuses the command (ACL, renamed, managed service). */
async function ask(client: RedisClient, command: string, ...args: string[]): Promise<unknown> {
  try {
    return await client.callBuffer(command, ...args);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
