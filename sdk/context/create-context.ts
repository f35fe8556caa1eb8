import { serviceMetadata, type ClassMetadata } from '../../decorators/index.js';
import { EntityContext } from './entity-context.js';
import type { EntityRuntime } from './entity-runtime.js';
import { ServiceContext } from './service-context.js';

/** The context object that the constructor of a class gets. */
export function createContext({ target }: ClassMetadata, runtime: EntityRuntime): object {
  return serviceMetadata(target) ? new ServiceContext(runtime) : new EntityContext(runtime);
}
