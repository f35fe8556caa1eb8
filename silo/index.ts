// The door `troupe/silo`.
export { Silo, startSilo, type SiloEvent } from './silo.js';
export type { Statistics } from './activation/silo-services.js';
export type {
  AccessRequest, Authenticate, Authorize, GatewayLimits, GatewayOptions, ListenOptions, ModuleSource, RedisSource, SiloOptions,
} from './silo-options.js';
