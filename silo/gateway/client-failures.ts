import { toWireError, type Codec } from '../../protocol/codec/index.js';
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
    return this.codec.encode(toWireError(error, this.codec, { audience: 'outside', logId }), 'error');
  }
}
