// @Delivery: how a method's tells are retried. Handlers have the same options in @On.
import { parseDuration, type Duration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { methodTarget } from './application.js';
import { declareMembers } from './members.js';
import type { DeliveryMetadata } from './metadata.js';
import { checkChoice, checkOptions, describe } from './options.js';

/** How a message is retried whose turn throws. */
export interface DeliveryOptions {
  /** How often it is run at most, then it is a dead letter. 5 when absent. */
  readonly attempts?: number;
  /** How long to wait before the second attempt; doubled before each further one, up to a minute, with jitter. `100ms` when absent. */
  readonly backoff?: Duration;
  /** `strict` (default): what the same sender sent later waits meanwhile. `relaxed`: it goes on. */
  readonly order?: 'strict' | 'relaxed';
}

export const DELIVERY_OPTIONS: readonly string[] = ['order', 'attempts', 'backoff'];
export const DEFAULT_DELIVERY: DeliveryMetadata = Object.freeze({ attempts: 5, backoffMs: 100, isStrict: true });

/** How tells of the method are retried. An override has the defaults unless it repeats it. */
export function Delivery(options: DeliveryOptions): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  return (...applied: unknown[]): void => {
    const { prototype, name, where } = methodTarget('@Delivery', applied);
    declareMembers(prototype).delivery.set(name, deliveryOf(where, checkOptions(where, options, { known: DELIVERY_OPTIONS, later: [] })));
  };
}

/** Of checked options. Throws `ConfigurationError` for values that are none. */
export function deliveryOf(where: string, { attempts, backoff, order }: Readonly<Record<string, unknown>>): DeliveryMetadata {
  if (attempts !== undefined && !(typeof attempts === 'number' && Number.isSafeInteger(attempts) && attempts > 0)) {
    throw new ConfigurationError(`${where}: option "attempts" is ${describe(attempts)}; expected a whole number above 0`);
  }
  const isStrict = checkChoice(where, 'order', order, ['strict', 'relaxed'], ['strict', 'relaxed']) === 'strict';
  const backoffMs = backoff === undefined ? DEFAULT_DELIVERY.backoffMs : parseDuration(backoff, `${where}: option "backoff"`);
  return Object.freeze({ attempts: attempts ?? DEFAULT_DELIVERY.attempts, backoffMs, isStrict });
}
