import type { Logger } from '../../protocol/ports/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import type { UnitChanges } from './unit-changes.js';
import type { UnitOfWork } from './unit-of-work.js';

/** A unit that waits for its commit, or what is saved without one. */
export interface WaitingUnit {
  readonly unit: UnitOfWork | undefined;
  readonly changes: UnitChanges | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Those that are followed in one step, and not in this stack: what one of them does keeps none of the others waiting. */
export function tellEach(batch: readonly WaitingUnit[], log: Logger, tell: (part: WaitingUnit) => void): void {
  const followed = batch.filter(isFollowed);
  const tellFollowed = (part: WaitingUnit): void => {
    try {
      tell(part);
    } catch (error) {
      log.error({ err: error }, 'the end of a message could not be told');
    }
  };
  if (followed.length > 0) void Promise.resolve().then(() => runOutsideTurns(() => followed.forEach(tellFollowed)));
  for (const part of batch) if (!isFollowed(part)) tell(part);
}

function isFollowed({ unit }: WaitingUnit): boolean {
  return unit?.isFollowed === true;
}
