import type { Envelope } from '../../protocol/envelope.js';
import type { Peer } from '../../protocol/ports/frame-network.js';
import type { Answer } from '../turns/answer.js';

/** What this silo does with what others ask of it. */
export interface LinkHandler {
  /**
   * A peer's call. `envelope.chain` is { id, lineage }, `envelope.caller` a chain of stubs of the remote turns that wait. May throw or
   * reject with any error, or with `Moved`. When the caller gives up, `envelope.signal` is aborted and the answer goes nowhere.
   */
  invoke(envelope: Envelope, from: Peer): Answer | Promise<unknown>;
  /** A peer's control message. */
  control(topic: string, body: unknown, from: Peer): Promise<unknown>;
  /** The connection in use broke, and not because this silo closed it. */
  lost?(peer: Peer): void;
}
