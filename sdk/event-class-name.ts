import { eventMetadata } from '../decorators/class-metadata.js';
import { ConfigurationError } from '../protocol/errors/index.js';

/** The wire name of an event class. Throws `ConfigurationError`. */
export function eventClassName(verb: string, Class: unknown): string {
  const metadata = typeof Class === 'function' ? eventMetadata(Class) : undefined;
  if (!metadata) throw new ConfigurationError(`${verb}: expected a class with @ActorEvent(name)`);
  return metadata.name;
}
