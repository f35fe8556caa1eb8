import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/index.js';
import { LOG_LEVELS } from '../options/names.js';
import type { GatewayOptions, ModuleSource, PlacementOptions } from '../silo-options.js';

export interface TestClusterOptions {
  /** As in `startSilo`. */
  readonly modules: readonly ModuleSource[];
  /** How many silos, named `s1`, `s2` and so on; default: one alone, which nothing can be done to. From two on, or with a `seed`, they are a cluster. */
  readonly silos?: number;
  /** Whole number that all chance comes from: placement, jitter, what a broken connection loses. Default 1. The same seed gives the same run, event for event. */
  readonly seed?: number;
  /** `session`, `authorize` and `limits` as in `startSilo`. Identities are given to `client`. */
  readonly gateway?: Pick<GatewayOptions, 'session' | 'authorize' | 'limits'>;
  /** As in `startSilo`: classes that name a policy of yours need it here as well. */
  readonly placement?: PlacementOptions | undefined;
  /** The URL of a real Redis: the silos are processes then (see `ProcessCluster`). Absent: everything is in memory. */
  readonly redis?: string | undefined;
  /** Default `warn`. */
  readonly log?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' | Logger;
}

const KNOWN = ['modules', 'silos', 'seed', 'gateway', 'placement', 'log', 'redis'];
const GATEWAY_KNOWN = ['session', 'authorize', 'limits'];
const MAX_SILOS = 64;

/** Throws `ConfigurationError` for what is unknown or malformed, by name. */
export function checkTestClusterOptions(options: TestClusterOptions): void {
  const { silos = 1, seed = 1, gateway = {}, log } = options;
  if (!Number.isInteger(silos) || silos < 1 || silos > MAX_SILOS) throw new ConfigurationError(`startTestCluster: silos is a whole number from 1 to ${MAX_SILOS}; got ${String(silos)}`);
  if (!Number.isSafeInteger(seed)) throw new ConfigurationError(`startTestCluster: seed is a whole number; got ${String(seed)}`);
  if (typeof log === 'string' && !LOG_LEVELS.includes(log)) {
    throw new ConfigurationError(`startTestCluster: log is one of ${LOG_LEVELS.join(', ')}, or a logger; got '${log}'`);
  }
  const unfit = Object.keys(gateway).find((name) => !GATEWAY_KNOWN.includes(name));
  if (unfit !== undefined) throw new ConfigurationError(`startTestCluster: gateway.${unfit} is not for tests; known: ${GATEWAY_KNOWN.join(', ')}`);
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) throw new ConfigurationError(`startTestCluster: unknown option '${name}'; known: ${KNOWN.join(', ')}`);
  }
}
