// @Service: makes a class a service: stateless, on every silo that loads it, several turns at once.
import { ConfigurationError } from '../protocol/errors/index.js';
import type { Duration } from '../protocol/duration.js';
import type { EntityDecorator } from './actor.js';
import { className, classTarget, refuseBareUse, type NamedClass } from './application.js';
import { defineClass, refusePublicClass, refuseSecondKind } from './class-metadata.js';
import type { ClassMetadata, HookName, ServiceMetadata } from './metadata.js';
import { checkChoice, checkOptions, classWireName, describe } from './options.js';
import { resolveMembers } from './resolution.js';
import { threadOptions, THREAD_OPTIONS } from './thread-options.js';

/** How a service runs. */
export interface ServiceOptions {
  /** Wire name; unique in the cluster, among the actor types too; the class name when absent. */
  readonly name?: string;
  /** Turns at once per silo; 16 when absent. Those that find none free wait in line. */
  readonly concurrency?: number;
  /**
   * `worker` (default): in a thread of the service's own on each silo. `dedicated`: the same. `inline`: the silo's own thread; so run those, too,
   * that were given as classes, since threads load files.
   */
  readonly isolation?: 'inline' | 'worker' | 'dedicated';
  /** How many threads, each with an instance of its own, the service gets per silo; 1 when absent. */
  readonly threads?: number;
  /** How much memory a thread of it may take. */
  readonly memoryLimitMb?: number;
  /** A turn that blocks its thread for longer is killed with it; `10s` when absent. Awaiting does not count. */
  readonly turnLimit?: Duration;
}

const OPTIONS = { known: ['name', 'concurrency', 'isolation', ...THREAD_OPTIONS], later: [] };
const ISOLATIONS = ['worker', 'dedicated', 'inline'] as const;
const DEFAULT_CONCURRENCY = 16;
/** An instance is there from the first call on its silo until that stops; nothing else happens to it. */
const HOOKS: readonly HookName[] = ['onActivate', 'onDeactivate'];

/**
 * Makes a class a service. All options and all members are checked when the class loads: a `ConfigurationError` names the class and the
 * option or member. Services have no state, timers, handlers or clients: members that are for those are refused.
 */
export function Service(options: ServiceOptions = {}): EntityDecorator {
  refuseBareUse('@Service', options);
  return (...applied: unknown[]): void => {
    const target = classTarget('@Service', applied);
    const where = `@Service on class ${className(target)}`;
    refuseSecondKind('Service', target);
    refusePublicClass('Service', target);
    const given = checkOptions(where, options, OPTIONS);
    const members = resolveMembers(target);
    refuseMembers(target, members);
    const metadata: ServiceMetadata = {
      kind: 'service',
      name: classWireName(where, target, given.name),
      target,
      ...members,
      reentrancy: 'all',
      persistence: 'manual',
      concurrency: checkConcurrency(where, given.concurrency),
      isolation: checkChoice(where, 'isolation', given.isolation, ISOLATIONS, ISOLATIONS),
      threading: threadOptions(where, given),
    };
    defineClass('Service', target, Object.freeze(metadata));
  };
}

function checkConcurrency(where: string, value: unknown): number {
  if (value === undefined) return DEFAULT_CONCURRENCY;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${where}: option "concurrency" is ${describe(value)}; expected a whole number above 0`);
}

function refuseMembers(target: NamedClass, { methods, state, timers, handlers, reminders, hooks }: Pick<ClassMetadata, 'methods' | 'state' | 'timers' | 'handlers' | 'reminders' | 'hooks'>): void {
  const refuse = (what: string, name: string, why: string): never => {
    throw new ConfigurationError(`${what} on ${className(target)}.${name}: ${why}`);
  };
  for (const name of state.keys()) refuse('@State', name, 'the class is a @Service, which keeps no state; keep it in an actor');
  for (const { method } of timers) refuse('@Every', method, 'the class is a @Service, which has no timers; give them to an actor');
  for (const { method } of handlers) refuse('@On', method, 'the class is a @Service, which hears no events; let an actor hear them and call it');
  for (const method of reminders.values()) refuse('@OnReminder', method, 'the class is a @Service, which keeps no reminders; let an actor set them and call it');
  for (const { name, public: access, interleave, strict } of methods.values()) {
    if (access) refuse('@Public', name, 'the class is a @Service, which clients cannot call; open a method of an actor that calls it');
    if (interleave) refuse('@Interleave', name, 'the class is a @Service, whose turns always run beside each other; drop it');
    if (strict) refuse('@ReadOnly({ strict })', name, 'the class is a @Service, which nobody owns; drop strict');
  }
  for (const hook of hooks) {
    if (!HOOKS.includes(hook)) throw new ConfigurationError(`hook "${hook}" of class ${className(target)}: the class is a @Service, which has ${HOOKS.join(' and ')} only`);
  }
}
