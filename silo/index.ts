// The door `troupe/silo`.
export { Silo, startSilo, type SiloEvent } from './silo.js';
export type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';
export type { SiloStatistics } from './silo-statistics.js';
export type { ServiceStatistics } from './services/services.js';
export type { ThreadReport } from '../isolation/thread-report.js';
export type { Statistics } from './activation/silo-services.js';
export type {
  AccessRequest, Authenticate, Authorize, Durability, GatewayLimits, GatewayOptions, ListenOptions, ModuleSource, PlacementOptions, PolicyName,
  RedisSource, SiloOptions,
} from './silo-options.js';
