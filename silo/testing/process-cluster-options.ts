import { ConfigurationError } from '../../protocol/errors/index.js';
import type { LogLevel } from '../silo-options.js';
import type { TestClusterOptions } from './test-cluster-options.js';
import type { TcpAddress } from './tcp-detour.js';

/** Options of a test cluster whose silos are processes of their own. */
export interface ProcessClusterOptions extends TestClusterOptions {
  /** `redis://host:port`: a single Redis. The cluster has a name of its own there, and leaves no key behind. */
  readonly redis: string;
}

/** What crosses into the processes. */
export interface CrossingOptions {
  readonly modules: readonly string[];
  readonly redis: URL;
  readonly log: LogLevel;
  readonly placement: string | undefined;
}

/** Throws `ConfigurationError` for what cannot cross into another process, and says what to do. */
export function crossingOptions({ modules, redis, seed, gateway, placement, log = 'warn' }: ProcessClusterOptions): CrossingOptions {
  const refuse = (what: string, why: string): never => {
    throw new ConfigurationError(`startTestCluster with redis: ${what} ${why}`);
  };
  const isUrl = typeof redis === 'string' && URL.canParse(redis) && new URL(redis).protocol === 'redis:';
  if (!isUrl) refuse('redis', `is the URL of a single Redis, redis://host:port; got ${typeof redis === 'string' ? `'${redis.replace(/\/\/.*@/s, '//')}'` : `a value of type ${typeof redis}`}`);
  const paths = modules.map((module, index) => {
    if (typeof module === 'string' || module instanceof URL) return String(module);
    return refuse(`modules[${index}]`, "is a class or a namespace, and each silo is a process of its own: give the file that exports it, as a path or URL (new URL('./player.js', import.meta.url))");
  });
  if (seed !== undefined) refuse('seed', 'cannot repeat a real run; leave it out, or leave out redis');
  if (gateway?.authorize !== undefined) refuse('gateway.authorize', 'is a function, which cannot cross into the processes; leave it out');
  if (placement?.policies !== undefined) refuse('placement.policies', 'are objects, which cannot cross into the processes; use a built-in policy');
  if (typeof log === 'object') return refuse('log', 'is a logger, which cannot cross into the processes; give a level');
  return { modules: paths, redis: new URL(redis), log, placement: placement?.default };
}

/** Where a URL leads. */
export function addressOf({ hostname, port }: URL, defaultPort: number): TcpAddress {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) };
}

/** The error of a verb that test clusters on a real Redis do not have. */
export function inMemoryOnly(verb: string, why: string): ConfigurationError {
  return new ConfigurationError(`${verb} is for test clusters in memory: ${why}; start it without redis`);
}

