// RedisConnection. Owns: the two clients of one silo, from `open` to `close`.
import type { Clock } from '../protocol/ports/clock.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { SystemClock } from '../protocol/system-clock.js';
import type { RedisClient } from './redis-client.js';
import { createClient, describeSource, type RedisPurpose, type RedisSource } from './redis-source.js';

export interface RedisConnectionOptions {
  readonly clock?: Clock | undefined;
  /** How long `open` tries; 3,000 ms. */
  readonly timeoutMs?: number | undefined;
}

/** One client for scripts, which waits and sends again, and one for heartbeats, which fails fast (protocol.md §7). */
export class RedisConnection {
  private constructor(
    readonly scripts: RedisClient,
    readonly heartbeats: RedisClient,
    /** Where it leads, for people; without credentials. */
    readonly address: string,
  ) {}

  /** Connects both clients; throws `ConfigurationError` naming the address and the last cause when that takes longer than `timeoutMs`. */
  static async open(source: RedisSource, options: RedisConnectionOptions = {}): Promise<RedisConnection> {
    const [scripts, heartbeats] = await connectClients(source, ['scripts', 'heartbeats'], options);
    return new RedisConnection(scripts!, heartbeats!, describeSource(source));
  }

  /** Cuts both connections; commands under way are rejected. Idempotent. */
  close(): void {
    this.scripts.disconnect();
    this.heartbeats.disconnect();
  }
}

/** A connected client for each purpose, in order. Throws as `RedisConnection.open` does, and leaves none behind then. */
export async function connectClients(
  source: RedisSource, purposes: readonly RedisPurpose[], { clock = new SystemClock(), timeoutMs = 3000 }: RedisConnectionOptions = {},
): Promise<readonly RedisClient[]> {
  const clients: RedisClient[] = [];
  try {
    for (const purpose of purposes) clients.push(createClient(source, purpose));
    if (new Set(clients).size < clients.length) throw new ConfigurationError('redis: the given function returned the same client twice; expected a new one at each call');
    await Promise.all(clients.map((client) => whenReady(client, clock, timeoutMs)));
    return clients;
  } catch (error) {
    for (const client of clients) client.disconnect();
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`Redis at ${describeSource(source)} cannot be used: ${reasonOf(error)}; start it, correct the option redis, or leave it out to keep nothing`, { cause: error });
  }
}

/** Node's error for a name with several addresses has a code and no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ((error as { readonly code?: string }).code ?? error.name);
}

/** ioredis tries on by itself; the last error it met says why it took too long. Refused credentials fail at once. */
function whenReady(client: RedisClient, clock: Clock, timeoutMs: number): Promise<void> {
  let lastError: Error | undefined;
  // Stays for the client's life: an 'error' event without a listener goes to the console.
  client.on('error', (error) => (lastError = error instanceof Error ? error : new Error(String(error))));
  return new Promise<void>((resolve, reject) => {
    const onError = (error: unknown) => {
      if (error instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM)/.test(error.message)) settle(fail)();
    };
    const settle = (act: () => void) => () => {
      timer.cancel();
      client.off('ready', onReady);
      client.off('end', onEnd);
      client.off('error', onError);
      act();
    };
    const fail = () => reject(lastError ?? new Error(`no answer within ${timeoutMs} ms`));
    const onReady = settle(resolve);
    const onEnd = settle(fail);
    const timer = clock.setTimer(settle(fail), timeoutMs);
    client.on('ready', onReady);
    client.on('end', onEnd);
    client.on('error', onError);
    if (client.status === 'ready') onReady();
    else if (client.status === 'wait') client.connect().catch(() => undefined); // The events tell more.
  });
}
