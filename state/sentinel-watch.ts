// SentinelWatch. Owns: a subscription at each Sentinel of one client, until that is disconnected for good.
//   S1. When a Sentinel names another primary, the client leaves the connection that it has or is about to have, and asks anew. A deposed primary
//       may live on and answer for ten seconds more: whoever stays there beats, and writes, beside a cluster that goes on at the new one.
// Instead of ioredis's `failoverDetector`: in 6.0.0 its word ends a client for good that is just looking for the primary.
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisClient } from './redis-client.js';

const CHANNEL = '+switch-master';
const RETRY_MS = 1000;

/** Makes `client` follow its Sentinels; nothing for one that has none. It must not be connected yet. */
export function followSentinels<Client extends RedisClient>(client: Client): Client {
  const { sentinels, ...options } = (client as { readonly options?: RedisOptions }).options ?? {};
  const watchers = (sentinels ?? []).map((address) => watch({ ...address, ...loginOf(options) }, options.name, () => leave(client)));
  if (watchers.length === 0) return client;
  // Not at its 'end': ioredis 6.0.0 tells none when a client is let go between two attempts to connect.
  const disconnect = client.disconnect.bind(client);
  client.disconnect = (reconnect = false) => {
    if (!reconnect) for (const watcher of watchers) watcher.disconnect();
    disconnect(reconnect);
  };
  return client;
}

function watch(sentinel: RedisOptions, name: string | undefined, onSwitch: () => void): Redis {
  const watcher = new Redis({ ...sentinel, enableReadyCheck: false, maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS });
  watcher.on('error', () => undefined); // It tries again; without a Sentinel nobody is named.
  watcher.on('message', (_channel, message: string) => {
    if (message.split(' ')[0] === name) onSwitch();
  });
  watcher.subscribe(CHANNEL).catch(() => undefined); // Made again with each connection.
  return watcher;
}

/** S1. A connection that is being made may lead to the old one: it is left once it is there. */
function leave(client: RedisClient): void {
  if (client.status === 'ready') return client.disconnect(true);
  const onReady = (): void => {
    client.off('ready', onReady);
    client.disconnect(true);
  };
  client.on('ready', onReady);
}

function loginOf({ sentinelUsername, sentinelPassword, sentinelTLS, family }: RedisOptions): RedisOptions {
  return {
    ...(sentinelUsername ? { username: sentinelUsername } : undefined), ...(sentinelPassword ? { password: sentinelPassword } : undefined),
    ...(sentinelTLS ? { tls: sentinelTLS } : undefined), ...(family === undefined ? undefined : { family }),
  };
}
