import type { Codec } from '../protocol/codec/index.js';
import type { ComebackParts } from './comeback.js';
import type { BeginLife } from './thread-life.js';

/** What all threads of a silo share. */
export interface ThreadParts extends ComebackParts {
  readonly codec: Codec;
  readonly begin: BeginLife;
  /** The silo's root for temporary directories; throws when there is none. */
  readonly scratchRoot: () => string;
}
