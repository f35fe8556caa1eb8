import { eventMetadata } from '../../decorators/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';

/** Names that `client.on` takes for itself. */
const CLIENT_WORDS = ['state', 'presence', 'error'];

/** The wire name of an event that a session actor sends to a client. Throws `ConfigurationError` for what is none. */
export function clientEventName(event: object): string {
  const metadata = eventMetadata(event.constructor);
  if (!metadata) throw new ConfigurationError('client.send: expected an instance of a class with @ActorEvent(name)');
  if (CLIENT_WORDS.includes(metadata.name)) throw new ConfigurationError(`client.send: clients hear '${metadata.name}' from their connection; give the event another name`);
  return metadata.name;
}
