// @Actor: makes a class an actor type.
import { parseDuration, type Duration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { className, classTarget, refuseBareUse } from './application.js';
import { defineClass, refusePublicClass, refuseSecondKind } from './class-metadata.js';
import { componentList, type ComponentEntry } from './component-list.js';
import type { ActorMetadata } from './metadata.js';
import { checkChoice, checkName, checkOptions, classWireName, describe, isRecord } from './options.js';
import { threadOptions } from './thread-options.js';
import { turnOptions } from './turn-options.js';
import { resolveMembers } from './resolution.js';

/** How an actor type lives. Options that this version does not implement are refused by name when the class loads. */
export interface ActorOptions {
  /** Wire name; unique in the cluster; the class name when absent. */
  readonly name?: string;
  /** The components every actor of this type has: classes, or thunks (`() => Health`) where imports are circular. */
  readonly components?: readonly ComponentEntry[];
  /**
   * Which policy chooses the silo: its name, or its name with options of its own. The silo's default when absent. With one silo all choose that;
   * options and policies of your own are refused with `ConfigurationError` when the silo starts.
   */
  readonly placement?: string | { readonly policy: string; readonly [option: string]: unknown };
  /** Without a call for this long the activation ends; its state is kept. `15m` when absent. */
  readonly idleAfter?: Duration | 'never';
  /** Once activated, kept and re-activated until `destroy`. */
  readonly alwaysOn?: boolean;
  /**
   * What may enter while a turn awaits. `chain` (default): calls of the turn's own chain. `none`: nobody; a call of the own chain is refused with
   * `CallCycleError`. `all`: every call; turns then overlap and share the state, see `docs/guarantees.md`.
   */
  readonly reentrancy?: 'chain' | 'all' | 'none';
  /** Where turns run. `inline` (default): on the silo's own thread. `worker`: not in this version, runs inline with a warning. */
  readonly isolation?: 'inline' | 'worker';
  /**
   * When state is saved. `turn` (default): before the reply. `lazy`: at most 1 s later. `manual`: by `ctx.save()`. A unit of work with an
   * idempotency key or durable messages is saved at its end all the same.
   */
  readonly persistence?: 'turn' | 'lazy' | 'manual';
  /** Calls that may wait; one more is refused with `MailboxFullError`. 10 000 when absent. */
  readonly mailboxLimit?: number;
  /** How much of a silo's capacity an activation takes. Not in this version: refused with `ConfigurationError`. */
  readonly weight?: number;
  /** The version of the class (semver). Not in this version: refused with `ConfigurationError`. */
  readonly version?: string;
  /** Never moved once it is placed. Not in this version: refused with `ConfigurationError`. */
  readonly pinned?: boolean;
}

/** A decorator for classes that the framework can construct: with one argument, their context. */
export type EntityDecorator = (target: new (context: never) => object) => void;

const OPTIONS = {
  known: ['name', 'components', 'placement', 'idleAfter', 'alwaysOn', 'reentrancy', 'isolation', 'persistence', 'mailboxLimit'],
  later: ['weight', 'version', 'pinned'],
};
const DEFAULT_IDLE_AFTER = '15m';
const DEFAULT_MAILBOX_LIMIT = 10_000;

/**
 * Makes a class an actor type. All options and all members are checked when the class loads: a `ConfigurationError` names the class
 * and the option or member. Subclasses inherit decorated members, but need an `@Actor` of their own.
 */
export function Actor(options: ActorOptions = {}): EntityDecorator {
  refuseBareUse('@Actor', options);
  return (...applied: unknown[]): void => {
    const target = classTarget('@Actor', applied);
    const where = `@Actor on class ${className(target)}`;
    refuseSecondKind('Actor', target);
    refusePublicClass('Actor', target);
    const given = checkOptions(where, options, OPTIONS);
    const metadata: ActorMetadata = {
      kind: 'actor',
      name: classWireName(where, target, given.name),
      target,
      ...resolveMembers(target),
      ...turnOptions(where, given),
      components: componentList(where, given.components),
      idleAfterMs: idleAfterMs(where, given.idleAfter),
      alwaysOn: checkFlag(where, 'alwaysOn', given.alwaysOn),
      mailboxLimit: checkLimit(where, given.mailboxLimit),
      placement: checkPlacement(where, given.placement),
      isolation: checkChoice(where, 'isolation', given.isolation, ['inline', 'worker'], ['inline', 'worker']),
      threading: threadOptions(where, {}),
    };
    defineClass('Actor', target, Object.freeze(metadata));
  };
}

function idleAfterMs(where: string, value: unknown): number {
  return value === 'never' ? Infinity : parseDuration(value ?? DEFAULT_IDLE_AFTER, `${where}: option "idleAfter"`);
}

function checkFlag(where: string, key: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new ConfigurationError(`${where}: option "${key}" is ${describe(value)}; expected true or false`);
}

function checkLimit(where: string, value: unknown): number {
  if (value === undefined) return DEFAULT_MAILBOX_LIMIT;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${where}: option "mailboxLimit" is ${describe(value)}; expected a whole number above 0`);
}

function checkPlacement(where: string, value: unknown): ActorMetadata['placement'] {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && !isRecord(value)) {
    throw new ConfigurationError(`${where}: option "placement" is ${describe(value)}; expected a policy's name or { policy, ...options }`);
  }
  const { policy, ...options } = typeof value === 'string' ? { policy: value } : value;
  return Object.freeze({ policy: checkName(`${where}: option "placement.policy"`, policy), options: Object.freeze(options) });
}
