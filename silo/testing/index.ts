// The door `troupe/testing`: for tests of users' actors.
export { startTestCluster } from './start-test-cluster.js';
export { TestCluster } from './test-cluster.js';
export { ProcessCluster } from './process-cluster.js';
export type { ProcessClusterOptions } from './process-cluster-options.js';
export type { ProcessSilo } from './process-silo.js';
export type { TestClusterOptions } from './test-cluster-options.js';
export type { TestSilo } from './test-silo.js';
export type { Stub } from './stubs.js';
export { WallClock } from './wall-clock.js';
export { VirtualClock } from './virtual-clock.js';
