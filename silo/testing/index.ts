// The door `troupe/testing`: for tests of users' actors.
export { startTestCluster } from './start-test-cluster.js';
export { TestCluster } from './test-cluster.js';
export type { TestClusterOptions } from './test-cluster-options.js';
export type { TestSilo } from './test-silo.js';
export type { Stub } from './stubs.js';
export { VirtualClock } from './virtual-clock.js';
