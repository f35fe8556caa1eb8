import { parseDuration, type Duration } from '../../protocol/duration.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { normalAddress } from './gateway-list.js';
import { memoryStore, tabStore, type ResumeStore } from './resume-store.js';

/** How a client connects. */
export interface ConnectOptions {
  /** `http(s)://` or `ws(s)://` address of a gateway, or several to try in turn; the client learns the cluster's others from the first that answers. In a page the default is the page's own origin. */
  readonly address?: string | readonly string[];
  /** What `gateway.authenticate` gets; a function is asked anew at every connection. */
  readonly token?: string | (() => string | Promise<string>);
  /** How long `connect` tries, and how long a token function may take at each connection; `10s`. */
  readonly connectTimeout?: Duration;
  /** Timeout of calls without one of their own; `30s`. */
  readonly timeout?: Duration;
  /** Where an anonymous client keeps the proof of its id: default this tab's session storage in a page, memory elsewhere. `false`: nowhere. */
  readonly resume?: ResumeStore | false;
}

/** The options of `connect` with their defaults. */
export interface ResolvedConnectOptions {
  readonly addresses: readonly string[];
  readonly token: () => Promise<string | undefined>;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly resume: ResumeStore;
}

const KNOWN = ['address', 'token', 'connectTimeout', 'timeout', 'resume'];

/** Checks and completes the options; throws `ConfigurationError` naming the first that is unknown or malformed. */
export function resolveConnectOptions(options: ConnectOptions): ResolvedConnectOptions {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`connect: unknown option '${unknown}'; known: ${KNOWN.join(', ')}`);
  const { token } = options;
  if (token !== undefined && typeof token !== 'string' && typeof token !== 'function') throw new ConfigurationError('connect: token is a string or a function that returns one');
  const addresses = addressesOf(options.address);
  return {
    addresses,
    token: async () => checkToken(typeof token === 'function' ? await token() : token),
    connectTimeoutMs: parseDuration(options.connectTimeout ?? '10s', 'connect: connectTimeout'),
    timeoutMs: parseDuration(options.timeout ?? '30s', 'connect: timeout'),
    resume: options.resume === false ? memoryStore(false) : (options.resume ?? tabStore(addresses[0]!) ?? memoryStore(true)),
  };
}

/** A token function without types may give anything; `undefined` is a client without a token. */
function checkToken(token: unknown): string | undefined {
  if (token === undefined || typeof token === 'string') return token;
  throw new ConfigurationError(`connect: token gave ${token === null ? 'null' : `a ${typeof token}`}; expected a string`);
}

function addressesOf(address: ConnectOptions['address']): readonly string[] {
  const list = address === undefined ? pageOrigin() : Array.isArray(address) ? (address as readonly string[]) : [address as string];
  if (list.length === 0) throw new ConfigurationError('connect: give the address of a gateway, for example connect({ address: \'http://127.0.0.1:3000\' })');
  return list.map(checkAddress);
}

function checkAddress(address: unknown): string {
  const normal = normalAddress(address);
  if (normal !== undefined) return normal;
  throw new ConfigurationError(`connect: ${JSON.stringify(address)} is no address of a gateway; use http://host:port (or https, ws, wss)`);
}

function pageOrigin(): string[] {
  const { location } = globalThis as { location?: { origin?: string } };
  return location?.origin?.startsWith('http') ? [location.origin] : [];
}
