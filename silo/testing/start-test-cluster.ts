import type { Identity } from '../../protocol/identity.js';
import { createLogger } from '../log.js';
import { loadModules } from '../options/modules.js';
import { resolvePlacementOptions } from '../options/placement-options.js';
import { ProcessCluster } from './process-cluster.js';
import type { ProcessClusterOptions } from './process-cluster-options.js';
import { Stubs } from './stubs.js';
import { TestCluster } from './test-cluster.js';
import { checkTestClusterOptions, type TestClusterOptions } from './test-cluster-options.js';
import { TestWorld, type SharedParts } from './test-world.js';
import { VirtualClock } from './virtual-clock.js';

/**
 * Starts silos in memory with a virtual clock: one alone, or with `silos` and `seed` a cluster whose processes, links and connections to the
 * store can fail. With `redis` the silos are processes of their own, with real links, on that Redis: their modules are files then. Throws
 * `ConfigurationError` for bad options and modules.
 */
export function startTestCluster(options: ProcessClusterOptions): Promise<ProcessCluster>;
export function startTestCluster(options: TestClusterOptions & { readonly redis?: undefined }): Promise<TestCluster>;
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster | ProcessCluster> {
  if (options.redis === undefined) return openTestCluster(options);
  checkTestClusterOptions(options);
  return ProcessCluster.start({ ...options, redis: options.redis });
}

/** As `startTestCluster`; `shared` stands in for the store and the membership table. */
export async function openTestCluster(options: TestClusterOptions, shared?: SharedParts): Promise<TestCluster> {
  checkTestClusterOptions(options);
  const { silos = 1, seed, placement, gateway, log = 'warn' } = options;
  const clock = new VirtualClock();
  const { actors, components, services } = await loadModules(options.modules);
  const identities = new Map<string, Identity>();
  const cluster = new TestCluster(clock, {
    clock, classes: [...actors, ...services], components, gateway, identities,
    log: typeof log === 'object' ? log : createLogger(log, {}),
    placement: resolvePlacementOptions(placement ?? {}, 'placement'),
    stubs: new Stubs(),
    world: silos > 1 || seed !== undefined ? new TestWorld(clock, seed ?? 1, shared) : undefined,
  }, identities);
  await cluster.begin(silos);
  return cluster;
}
