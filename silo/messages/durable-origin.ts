// Which message a durable call serves: the turn of a message that is run again makes the same calls, and they are known by that.
import { createHash } from 'node:crypto';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import type { UnitOfWork } from '../activation/unit-of-work.js';
import type { PendingCall } from '../turns/pending-call.js';
import { Turn } from '../turns/turn.js';
import { letterIdOf } from './dead-letters.js';
import { senderOf } from './sender-name.js';

export interface DurableOrigin {
  /** The same for whatever delivers the message again to this listener, in this life or another. */
  readonly messageId: string;
  /** Which of the durable calls of that message's unit it is. */
  readonly ordinal: number;
  readonly unit: UnitOfWork;
}

/** Counts the call. `undefined`: the running code handles no message, and nothing runs it again. */
export function originOf(turn: TurnInfo | undefined): DurableOrigin | undefined {
  if (!(turn instanceof Turn) || !turn.unit?.outermost) return undefined;
  const { unit } = turn;
  const identity = identityOf(turn.unit.outermost, unit.ownOperation);
  return identity && { messageId: hash(identity), ordinal: unit.durableCalls++, unit };
}

/** Its activation has lost the actor: the next one runs the message anew, or has. */
export function isLeftBehind({ unit }: DurableOrigin): boolean {
  return unit.held.some(({ activation }) => activation.isLost);
}

/** Under which the call is known, wherever it is made again. */
export function operationOf({ messageId, ordinal }: DurableOrigin, target: EntityId, method: string, args: Uint8Array): string {
  return hash([messageId, String(ordinal), printEntityId(target), method], args);
}

/** A call with a key, a message, an own event or the firing of a reminder: what says that it is the same one when it comes again. */
function identityOf({ envelope: { target }, mark, settles, due }: PendingCall, ownOperation: string | undefined): readonly string[] | undefined {
  const listener = printEntityId(target);
  if (ownOperation !== undefined) return ['operation', listener, ownOperation];
  if (mark) return ['message', letterIdOf(mark.sender, mark.ids[0]!, target)];
  if (settles !== undefined) return ['message', letterIdOf(senderOf({ sender: { type: target.type, key: target.key }, listener: target }), settles, target)];
  if (due?.change.after) return ['reminder', listener, due.change.name, due.change.after.generation, String(due.change.after.next)];
  return undefined;
}

/** Ids of what is called for a message, or for another call. */
export function hash(parts: readonly string[], bytes?: Uint8Array): string {
  const digest = createHash('sha256').update(JSON.stringify(parts));
  return (bytes ? digest.update(bytes) : digest).digest('base64url').slice(0, 22);
}
