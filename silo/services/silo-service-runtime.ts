import type { EntityId } from '../../protocol/actor-id.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { ServiceRuntime } from '../../sdk/context/entity-runtime.js';
import type { SiloServices } from '../activation/silo-services.js';
import type { ActorTypes } from '../actor-types.js';
import type { ServiceTypes } from './service-types.js';

/** An inline service's runtime: the silo itself, in the same thread. */
export class SiloServiceRuntime implements ServiceRuntime {
  private logger: Logger | undefined;

  constructor(readonly id: EntityId, private readonly silo: Pick<SiloServices, 'log' | 'handle'>, private readonly types: ActorTypes, private readonly services: ServiceTypes) {}

  get log(): Logger {
    return (this.logger ??= this.silo.log.child({ service: this.id.type }));
  }

  handle(id: EntityId): object {
    return this.silo.handle(id);
  }

  typeName(classOrName: unknown): string {
    return this.types.nameOf(classOrName);
  }

  serviceName(classOrName: unknown): string {
    return this.services.nameOf(classOrName);
  }
}
