import { isWireName } from '../protocol/actor-id.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { actorMetadata, componentMetadata, inheritedNote, serviceMetadata } from './class-metadata.js';
import { describe } from './options.js';

/** The wire name of an actor class, or a valid name as it is. Throws `ConfigurationError` for anything else. */
export function actorTypeName(classOrName: unknown): string {
  if (typeof classOrName === 'string') {
    if (isWireName(classOrName)) return classOrName;
    throw new ConfigurationError(`${JSON.stringify(classOrName)} cannot be an actor type's name`);
  }
  const metadata = typeof classOrName === 'function' ? actorMetadata(classOrName) : undefined;
  if (!metadata) throw new ConfigurationError(`expected a class with @Actor or its name, got ${describe(classOrName)}${inheritedNote('Actor', classOrName)}`);
  return metadata.name;
}

/** The wire name of a component class, or a valid name as it is. Throws `ConfigurationError` for anything else. */
export function componentTypeName(classOrName: unknown): string {
  if (typeof classOrName === 'string' && isWireName(classOrName)) return classOrName;
  const metadata = typeof classOrName === 'function' ? componentMetadata(classOrName) : undefined;
  if (!metadata) throw new ConfigurationError(`expected a class with @Component or its name, got ${describe(classOrName)}${inheritedNote('Component', classOrName)}`);
  return metadata.name;
}

/** The wire name of a service class, or a valid name as it is. Throws `ConfigurationError` for anything else. */
export function serviceTypeName(classOrName: unknown): string {
  if (typeof classOrName === 'string') {
    if (isWireName(classOrName)) return classOrName;
    throw new ConfigurationError(`${JSON.stringify(classOrName)} cannot be a service's name`);
  }
  const metadata = typeof classOrName === 'function' ? serviceMetadata(classOrName) : undefined;
  if (!metadata) throw new ConfigurationError(`expected a class with @Service or its name, got ${describe(classOrName)}${inheritedNote('Service', classOrName)}`);
  return metadata.name;
}
