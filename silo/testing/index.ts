// The door `troupe/testing`: for tests of users' actors.
export { startTestCluster, TestCluster, type Stub, type TestClusterOptions } from './test-cluster.js';
export { VirtualClock } from './virtual-clock.js';
