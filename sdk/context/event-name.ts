import { eventMetadata } from '../../decorators/index.js';
import { describeValue } from '../../protocol/codec/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';

/** The wire name of an event's class. Throws `ConfigurationError` for what is no event. */
export function nameOfEvent(event: unknown): string {
  const metadata = typeof event === 'object' && event !== null ? eventMetadata(event.constructor) : undefined;
  if (!metadata) throw new ConfigurationError(`emit: expected an instance of a class with @ActorEvent(name), got ${describeValue(event)}`);
  return metadata.name;
}
