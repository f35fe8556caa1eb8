import type { Codec } from '../../protocol/codec/index.js';
import type { Clock, Logger } from '../../protocol/ports/index.js';
import type { LinkHandler } from './link-handler.js';
import type { LinkLimits } from './link-limits.js';

/** What all links of a silo share. */
export interface LinkContext {
  readonly codec: Codec;
  readonly limits: LinkLimits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handler: LinkHandler;
}
