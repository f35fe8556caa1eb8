// @OnReminder: the method that runs when a reminder is due.
import { ConfigurationError } from '../protocol/errors/index.js';
import { methodTarget } from './application.js';
import { declareMembers } from './members.js';
import { describe } from './options.js';

/** Decorates a method that takes what the reminder was set with, and when it was due. */
export type ReminderDecorator = <M extends (payload: never, firing: never) => unknown>(
  target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>,
) => void;

const LONGEST_NAME = 256;

/**
 * Runs the method when the entity's reminder of this name is due (`ctx.remind`), as a message: at least once, with its effects on state once. It
 * gets the reminder's payload and `{ name, due, missed }`. The method cannot be called.
 */
export function OnReminder(reminder: string): ReminderDecorator {
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@OnReminder', applied);
    if (!isReminderName(reminder)) throw new ConfigurationError(`${where}: ${describe(reminder)} is no name of a reminder; expected text of 1 to ${LONGEST_NAME} characters`);
    const { reminders } = declareMembers(prototype);
    const names = reminders.get(name) ?? [];
    reminders.set(name, [reminder, ...names]);
  };
}

/** Text that a reminder can be named by. */
export function isReminderName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && name.length <= LONGEST_NAME;
}
