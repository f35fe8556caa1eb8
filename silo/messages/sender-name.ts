import { printEntityId } from '../../protocol/actor-id.js';
import type { Delivery } from '../../protocol/delivery.js';

/** Firings of reminders have no marks: the reminder itself says which are handled. */
export const REMINDER_SENDER = '@reminder';

/** As marks name the sender: each listener of an actor has marks of its own. The component comes first: a key may hold any character, wire names no `>`. */
export function senderOf({ sender, listener }: Delivery): string {
  return listener.component === undefined ? printEntityId(sender) : `${listener.component}>${printEntityId(sender)}`;
}
