import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Delivery } from '../../protocol/delivery.js';

/** Firings of reminders have no marks: the reminder itself says which are handled. */
export const REMINDER_SENDER = '@reminder';
/** The sender of what is sent anew: one for each letter, so that a letter that is sent anew twice arrives once. */
export const LETTER_SENDER = '@letter';

/** What comes straight from a queue has no outbox that it could leave. */
export function hasOutbox({ type }: ActorId): boolean {
  return type !== REMINDER_SENDER && type !== LETTER_SENDER;
}

/** As marks name the sender: each listener of an actor has marks of its own. The component comes first: a key may hold any character, wire names no `>`. */
export function senderOf({ sender, listener }: Pick<Delivery, 'sender' | 'listener'>): string {
  return listener.component === undefined ? printEntityId(sender) : `${listener.component}>${printEntityId(sender)}`;
}

/** A message among all that one entity gets. */
export function messageName(sender: string, { sequence }: Delivery): string {
  return `${sender}#${sequence}`;
}
