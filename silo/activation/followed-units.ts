// Units that are followed (U5): of successive messages to one actor. They commit together, though each is a unit of its own and undone alone.
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import { TailCall } from '../../sdk/context/tail-call.js';
import type { Activation } from './activation.js';
import { adopt } from './save-point.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Before its commit is sent: what it staged is what the next one's throw returns to. */
export function beFollowed(activation: Activation, unit: UnitOfWork, staged: readonly StagedChanges[]): void {
  if (!mayBeFollowed(unit)) return;
  unit.isFollowed = true;
  adopt(activation, unit, staged);
}

/** After its commit was sent: the next message comes in. */
export function letIn({ isFollowed, held, outermost }: UnitOfWork): void {
  if (isFollowed) for (const { mailbox } of held) mailbox.relax();
  outermost?.message?.submitted(isFollowed);
}

/** What the next one would not see before the commit, or could not return to, is waited for. */
function mayBeFollowed({ outermost, outcome, isLast, bindings, reminders, operations, onAccepted, held }: UnitOfWork): boolean {
  if (!outermost?.message?.isFollowed || outcome?.value instanceof TailCall || isLast || bindings || reminders || operations || onAccepted) return false;
  return held.every(({ hosted, extras }) => hosted?.isApart === false && (!extras || (extras.fate === undefined && extras.parts.length === 0)));
}
