import { resolve } from 'node:path';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { ModuleSource, RedisSource, SiloOptions } from '../silo-options.js';
import { checkLabels, checkName, checkOneOf, checkPort, checkSwitch, checkText, refuse } from './checks.js';
import { resolveGatewayOptions, type ResolvedGatewayOptions } from './gateway-options.js';
import { DURABILITIES, LOG_LEVELS, type Durability, type LogLevel } from './names.js';
import { OptionReader } from './option-reader.js';
import { resolvePlacementOptions, type ResolvedPlacementOptions } from './placement-options.js';

/** `SiloOptions`, checked and with their defaults. */
export interface ResolvedSiloOptions {
  readonly cluster: string;
  readonly modules: readonly ModuleSource[];
  readonly watch: boolean;
  /** Absolute. */
  readonly deployLock: string;
  /** Absent: embedded. */
  readonly redis: RedisSource | undefined;
  readonly durability: Durability;
  /** Without a port: 11111, or another one when that is taken. */
  readonly listen: { readonly host: string; readonly port: number | undefined };
  readonly advertise: string | undefined;
  readonly gateway: ResolvedGatewayOptions | undefined;
  /** The first proves, any is accepted. */
  readonly secrets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly placement: ResolvedPlacementOptions;
  readonly log: LogLevel | Logger;
}

const SILO = {
  known: ['cluster', 'modules', 'watch', 'deployLock', 'redis', 'durability', 'listen', 'advertise', 'gateway', 'secret', 'labels', 'placement', 'log'],
  planned: {
    capacity: 'leave it out: a silo takes every activation that is placed on it',
  },
};
/** In the working directory. */
export const DEFAULT_DEPLOY_LOCK = '.troupe-deploy.lock';
const LISTEN = { known: ['host', 'port'] };
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const LOG_METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'child'] as const;

/**
 * Checks every option at every depth and fills in the defaults. Throws `ConfigurationError` that names the first option that is unknown,
 * not implemented yet or malformed, by its path. Reads the file system (`gateway.page`), nothing else.
 */
export function resolveSiloOptions(options: SiloOptions): ResolvedSiloOptions {
  const reader = new OptionReader(options, '', SILO);
  const listen = reader.read('listen', resolveListen) ?? resolveListen({}, 'listen');
  const secrets = reader.read('secret', checkSecrets) ?? [];
  if (!LOOPBACK.test(listen.host) && secrets.length === 0) {
    throw new ConfigurationError(`secret is required when listening beyond loopback (listen.host: '${listen.host}'); set it, or TROUPE_SECRET on the command line`);
  }
  const redis = reader.read('redis', checkRedis);
  const durability = reader.read('durability', checkOneOf(DURABILITIES)) ?? 'primary';
  if (durability === 'replicated' && redis === undefined) {
    throw new ConfigurationError("durability: 'replicated' needs a Redis with a replica; set redis, or leave durability out to keep nothing after exit");
  }
  return Object.freeze({
    cluster: reader.read('cluster', checkName) ?? 'default',
    modules: reader.read('modules', checkModules) ?? refuseNoModules(),
    watch: reader.read('watch', checkSwitch) ?? false,
    deployLock: resolve(reader.read('deployLock', checkText('a file')) ?? DEFAULT_DEPLOY_LOCK),
    redis,
    durability,
    listen,
    advertise: reader.read('advertise', checkAddress),
    gateway: reader.read('gateway', resolveGatewayOptions),
    secrets,
    labels: reader.read('labels', checkLabels) ?? Object.freeze({}),
    placement: reader.read('placement', resolvePlacementOptions) ?? resolvePlacementOptions({}, 'placement'),
    log: reader.read('log', checkLog) ?? 'info',
  });
}

function resolveListen(value: unknown, path: string): ResolvedSiloOptions['listen'] {
  const reader = new OptionReader(value, path, LISTEN);
  return { host: reader.read('host', checkText('a host')) ?? '127.0.0.1', port: reader.read('port', checkPort) };
}

function checkModules(value: unknown, path: string): readonly ModuleSource[] {
  if (!Array.isArray(value)) return refuse(path, value, 'a list', "use ['./dist/actors/*.js']");
  return value.map((source: unknown, index) => {
    const isSource = (typeof source === 'string' && source !== '') || typeof source === 'function' || (typeof source === 'object' && source !== null);
    return isSource ? (source as ModuleSource) : refuse(`${path}[${index}]`, source, 'a module', 'use a glob, a path, a URL, a class or a module namespace');
  });
}

function checkSecrets(value: unknown, path: string): readonly string[] {
  const check = checkText('a secret');
  if (!Array.isArray(value)) return [check(value, path)];
  return value.length > 0 ? value.map((secret: unknown, index) => check(secret, `${path}[${index}]`)) : refuse(path, value, 'a list of secrets', 'name one, or two while they are exchanged');
}

function checkAddress(value: unknown, path: string): string {
  const isAddress = typeof value === 'string' && URL.canParse(value) && /^wss?:$/.test(new URL(value).protocol) && new URL(value).port !== '';
  return isAddress ? value : refuse(path, value, 'an address', "use 'ws://host:port', as the other silos reach this one");
}

function refuseNoModules(): never {
  throw new ConfigurationError("modules is required: say where the actors are, for example --modules './dist/actors/*.js' or modules: [Player]");
}

function checkRedis(value: unknown, path: string): RedisSource {
  if (typeof value === 'function') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof URL)) return value;
  const isUrl = (typeof value === 'string' || value instanceof URL) && URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol);
  return isUrl ? value : refuse(path, value instanceof URL ? value.href : value, 'a Redis', "use 'redis://host:port', ioredis options, or a function that makes an ioredis instance");
}

function checkLog(value: unknown, path: string): LogLevel | Logger {
  if (typeof value !== 'object' || value === null) return checkOneOf(LOG_LEVELS)(value, path);
  const lacking = LOG_METHODS.find((method) => typeof (value as Partial<Record<string, unknown>>)[method] !== 'function');
  return lacking === undefined ? (value as Logger) : refuse(path, value, 'a logger', `it lacks ${lacking}(); give one like pino's, or a level`);
}
