import { toWireError, type Codec } from '../../protocol/codec/index.js';
import { thrownMessage } from '../../protocol/codec/thrown-message.js';
import { ActivationFailedError, NotSerializableError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/logger.js';

/** What outside clients are told of errors: typed, without internals; the original is logged under the id that the client reads. */
export class ClientFailures {
  private lastId = 0;

  constructor(private readonly codec: Codec, private readonly log: Logger, private readonly siloId: string) {}

  /** The payload of a `failure` or `closing` message. */
  encode(error: unknown, client: string): Uint8Array {
    const logId = (): string => {
      const errorId = `${this.siloId.slice(-8)}-${(++this.lastId).toString(36)}`;
      this.log.error({ err: error, errorId, client }, 'a call of a client failed');
      return errorId;
    };
    return this.codec.encode(toWireError(withoutCause(error, logId), this.codec, { audience: 'outside', logId }), 'error');
  }
}

/** These quote, at their end, what user code threw; outside clients read an id in its place. */
function withoutCause(error: unknown, logId: () => string): unknown {
  const isQuoting = error instanceof ActivationFailedError || error instanceof NotSerializableError;
  if (!isQuoting || error.cause === undefined) return error;
  const quoted = thrownMessage(error.cause);
  const where = quoted !== '' && error.message.endsWith(quoted) ? error.message.slice(0, -quoted.length) : '';
  const message = `${where}internal error (${logId()})`;
  return error instanceof ActivationFailedError ? new ActivationFailedError(message) : new NotSerializableError(message, { path: error.path });
}
