// How BullMQ sees our clients: as what it makes of ioredis by itself, but for its scripts, which go through our executors. What was
// under way when a connection broke ioredis 6.0.0 forgets if the client ends before the next one is ready: whoever waits for an `add` would wait for
// ever. And what is sent within a tick is one write.
import { createIORedisClient, type IRedisClient } from 'bullmq';
import { makeScript, type LuaScript } from '../../state/lua-script.js';
import type { RedisArgument, RedisClient } from '../../state/redis-client.js';
import type { KeyedExecutor } from '../../state/replicated-executor.js';

export interface ScriptExecutors {
  /** Sends until there is an answer. */
  readonly plain: KeyedExecutor;
  /** For what stores a batch: answers when the batch is as safe as durability asks. */
  readonly kept: KeyedExecutor;
}

interface DefinedScript {
  readonly script: LuaScript;
  readonly keys: number;
  readonly stores: boolean;
}

const STORES = /^add(Standard|Delayed)Job\b/;

/** The client for everything that does not block. `serverInfo` answers INFO: it is asked for by every queue and every worker. */
export function executedClient(client: RedisClient, { plain, kept }: ScriptExecutors, serverInfo: string): IRedisClient {
  const scripts = new Map<string, DefinedScript>();
  const defineCommand: IRedisClient['defineCommand'] = (name, { numberOfKeys, lua }) => {
    if (!scripts.has(name)) scripts.set(name, { script: makeScript(`BullMQ ${name}`, lua), keys: numberOfKeys, stores: STORES.test(name) });
  };
  const runCommand = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const { script, keys, stores } = scripts.get(name)!;
    const words = args.map(toArgument);
    // A delayed batch may be there already: then the answer rests on who stored it.
    return toText(await (stores ? kept : plain).run(script, words.slice(0, keys) as string[], words.slice(keys), stores));
  };
  return overridden(client, { defineCommand, runCommand, info: () => Promise.resolve(serverInfo) });
}

/** The client on which one worker waits for batches. */
export function blockingClient(client: RedisClient, serverInfo: string): IRedisClient {
  return overridden(client, { defineCommand: () => undefined, info: () => Promise.resolve(serverInfo) });
}

/** What INFO says of versions, alone: of the rest BullMQ would write to the console. */
export function versionLines(info: unknown): string {
  const lines = Buffer.isBuffer(info) ? info.toString('utf8').split(/\r?\n/) : [];
  const versions = lines.filter((line) => /^(redis|valkey|dragonfly)_version:/.test(line));
  return versions.length > 0 ? versions.join('\n') : 'redis_version:6.2.0'; // INFO was refused; an older one was refused by us.
}

function overridden(client: RedisClient, overrides: Partial<Record<keyof IRedisClient, unknown>>): IRedisClient {
  const adapted = createIORedisClient(client as unknown as Parameters<typeof createIORedisClient>[0]);
  const properties = Object.entries(overrides).map(([name, value]) => [name, { value }] as const);
  return Object.create(adapted, Object.fromEntries(properties)) as IRedisClient;
}

/** As ioredis spells arguments. */
function toArgument(value: unknown): RedisArgument {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function toText(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  return Array.isArray(reply) ? reply.map(toText) : reply;
}
