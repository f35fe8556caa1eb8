import type { Envelope } from '../../protocol/envelope.js';
import type { Member } from '../../protocol/ports/index.js';

/** Who answers for a call beyond its link; one for all calls: nothing is made for one that goes well. */
export interface CallWatch {
  /** It is under way no more, for better or worse. */
  ended(envelope: Envelope): void;
  /** It was not answered with a value: what becomes of it instead of a rejection. Called after `ended`. */
  failed(to: Member, envelope: Envelope, error: unknown): Promise<unknown>;
}
