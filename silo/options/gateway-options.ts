import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Authenticate, Authorize, GatewayLimits } from '../silo-options.js';
import { checkCount, checkFolder, checkName, checkOrigins, checkPort, checkText, refuse } from './checks.js';
import { OptionReader } from './option-reader.js';

/** The gateway's options with their defaults. */
export interface ResolvedGatewayOptions {
  readonly port: number;
  readonly host: string;
  readonly authenticate: Authenticate | 'anonymous';
  readonly authorize: Authorize | undefined;
  readonly session: string | undefined;
  /** Besides the gateway's own. */
  readonly origins: readonly string[] | '*';
  readonly limits: GatewayLimits;
  /** Where clients reach it, if not by `host` and `port`. */
  readonly advertise: string | undefined;
  /** Absolute path of an existing folder. */
  readonly page: string | undefined;
}

const GATEWAY = { known: ['port', 'host', 'authenticate', 'authorize', 'session', 'origins', 'limits', 'page', 'advertise'] };
const LIMITS = { known: ['callsPerSecond', 'burst', 'inFlight', 'bytes', 'depth', 'nodes', 'subscriptions'] };

/** Checks `gateway` and fills in the defaults. Throws `ConfigurationError`. */
export function resolveGatewayOptions(value: unknown, path: string): ResolvedGatewayOptions {
  const reader = new OptionReader(value, path, GATEWAY);
  return Object.freeze({
    port: reader.read('port', checkPort) ?? 3000,
    host: reader.read('host', checkText('a host')) ?? '127.0.0.1',
    authenticate: reader.read('authenticate', checkAuthenticate) ?? refuseOpenDoor(reader.pathOf('authenticate')),
    authorize: reader.read('authorize', checkAuthorize),
    session: reader.read('session', checkName),
    origins: reader.read('origins', checkOrigins) ?? [],
    limits: reader.read('limits', resolveLimits) ?? resolveLimits({}, 'gateway.limits'),
    page: reader.read('page', checkFolder),
    advertise: reader.read('advertise', checkPublicAddress),
  });
}

function resolveLimits(value: unknown, path: string): GatewayLimits {
  const reader = new OptionReader(value, path, LIMITS);
  const callsPerSecond = reader.read('callsPerSecond', checkCount) ?? 200;
  return Object.freeze({
    callsPerSecond,
    burst: reader.read('burst', checkCount) ?? 2 * callsPerSecond,
    inFlight: reader.read('inFlight', checkCount) ?? 100,
    bytes: reader.read('bytes', checkCount) ?? 65_536,
    depth: reader.read('depth', checkCount) ?? 32,
    nodes: reader.read('nodes', checkCount) ?? 10_000,
    subscriptions: reader.read('subscriptions', checkCount) ?? 256,
  });
}

function checkPublicAddress(value: unknown, path: string): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username) return url.origin;
  return refuse(path, value, "a gateway's address", "give it as clients reach it: 'https://eu.game.example'");
}

function checkAuthenticate(value: unknown, path: string): Authenticate | 'anonymous' {
  if (value === 'anonymous') return value;
  if (typeof value === 'function') return value as Authenticate;
  return refuse(path, value, 'a way to authenticate', "give a function that returns the client's identity, or 'anonymous' to let anyone in");
}

function checkAuthorize(value: unknown, path: string): Authorize {
  return typeof value === 'function' ? (value as Authorize) : refuse(path, value, 'a function', 'use (identity, access) => boolean');
}

function refuseOpenDoor(path: string): never {
  throw new ConfigurationError(
    `${path} is required: give a function that returns the client's identity, or 'anonymous' (--auth anonymous) to let anyone in`,
  );
}
