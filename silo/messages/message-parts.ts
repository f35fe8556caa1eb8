import type { Codec } from '../../protocol/codec/index.js';
import type { MessageRecords } from '../../protocol/ports/message-records.js';
import type { Clock, Logger, StateStore } from '../../protocol/ports/index.js';
import type { DirtyActors } from './dirty-actors.js';
import type { Outbound } from './outbound.js';
import type { Receipts } from './receipts.js';
import type { Replies } from './replies.js';
import type { StoredMessage } from './stored-message.js';
import type { Settling } from './settling.js';

/** What the senders and listeners of one silo share. */
export interface MessageParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbound: Outbound;
  readonly settling: Settling;
  readonly receipts: Receipts;
  readonly records: MessageRecords;
  readonly replies: Replies;
  readonly dirty: DirtyActors;
  codec(): Codec;
  /** Puts the firing of a reminder into its queue, for when it is due. */
  later(firing: Extract<StoredMessage, { to: 'later' }>): Promise<void>;
}
