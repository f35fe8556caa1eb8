import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { Client } from './client.js';
import { resolveConnectOptions, type ConnectOptions } from './client-options.js';
import { GatewayList } from './gateway-list.js';
import { SocketClientLink } from './socket-client-link.js';

/**
 * Connects to a gateway: `connect()` in a page uses its origin; elsewhere give an address, or several to try in turn. Resolves when the
 * gateway has welcomed the client. It tells the client of the cluster's others: when it is lost the client goes on at one of them. Rejects with `UnauthenticatedError` when it refuses the token, with `SiloUnavailableError` when none
 * answers within `connectTimeout`, with `ConfigurationError` for bad options. Reconnects by itself until `close`.
 */
export function connect(options?: ConnectOptions): Promise<Client>;
export function connect(address: string | readonly string[], options?: ConnectOptions): Promise<Client>;
export async function connect(first: ConnectOptions | string | readonly string[] = {}, second: ConnectOptions = {}): Promise<Client> {
  const isAddress = typeof first === 'string' || Array.isArray(first);
  const options = resolveConnectOptions(isAddress ? { ...second, address: first as string | readonly string[] } : (first as ConnectOptions));
  const clock = new SystemClock();
  const gateways = new GatewayList(options.addresses);
  const link = new SocketClientLink({
    gateways,
    credentials: async () => ({ token: await withinTime(options.token(), options.connectTimeoutMs), resumeToken: options.resume.load() }),
  });
  const client = new Client({ link, clock, timeoutMs: options.timeoutMs, onResumeToken: (token) => options.resume.save(token), onGateways: (addresses) => gateways.learn(addresses) });
  let lastError: Error | undefined;
  // A plain timer: unlike the clock's it keeps the process alive, as somebody waits for the outcome.
  const limit = setTimeout(() => {
    const why = lastError === undefined ? '' : `; the last attempt: ${lastError.message}`;
    client.end(new SiloUnavailableError(`no gateway answered at ${options.addresses.join(', ')} within ${options.connectTimeoutMs} ms${why}`, { cause: lastError }));
  }, options.connectTimeoutMs);
  try {
    await client.start((error) => (lastError = error ?? lastError));
    return client;
  } finally {
    clearTimeout(limit);
  }
}

/** A token function that hangs must not keep a client from trying again. */
function withinTime(token: Promise<string | undefined>, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the token function took longer than ${limitMs} ms`)), limitMs);
    token.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
