// @Every: an in-memory timer.
import { parseDuration, type Duration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { methodTarget, refuseBareUse } from './application.js';
import { declareMembers } from './members.js';

/** Decorates a method that takes the milliseconds since its last start. */
export type TimerDecorator = <M extends (elapsedMs: number) => unknown>(
  target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Runs the method every `period` while the entity is active. It takes its turn in the mailbox, never overlaps itself, and gets the
 * milliseconds since its last start (at first the period); missed ticks are not made up. The method cannot be called.
 */
export function Every(period: Duration): TimerDecorator {
  refuseBareUse('@Every', period);
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@Every', applied);
    const { timers } = declareMembers(prototype);
    if (timers.has(name)) throw new ConfigurationError(`${where}: the method has it already`);
    timers.set(name, Object.freeze({ method: name, periodMs: parseDuration(period, where) }));
  };
}
