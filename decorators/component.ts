// @Component: makes a class a part that actors have.
import { ConfigurationError } from '../protocol/errors/index.js';
import type { Duration } from '../protocol/duration.js';
import type { EntityDecorator } from './actor.js';
import { className, classTarget, refuseBareUse } from './application.js';
import { defineClass, refusePublicClass, refuseSecondKind } from './class-metadata.js';
import type { ComponentMetadata } from './metadata.js';
import { checkChoice, checkOptions, classWireName, describe } from './options.js';
import { resolveMembers } from './resolution.js';
import { THREAD_OPTIONS, threadOptions } from './thread-options.js';
import { turnOptions } from './turn-options.js';

/** How a component class lives. Options that this version does not implement are refused by name when the class loads. */
export interface ComponentOptions {
  /** Wire name; unique among the components of an actor; the class name when absent. */
  readonly name?: string;
  /**
   * `worker` (default): one thread per component class per silo, or so many as `threads` says. `dedicated`: a thread per instance. `inline`: the
   * silo's own thread. Threads load files: classes that a silo is given as such, and not by path, run inline.
   */
  readonly isolation?: 'worker' | 'dedicated' | 'inline';
  /** Tags by which `find` and `findComponent` find it, beside its class. */
  readonly tags?: readonly string[];
  /** When its state is saved: as with `@Actor`. */
  readonly persistence?: 'turn' | 'lazy' | 'manual';
  /** What may enter it while a turn on it awaits: as with `@Actor`. */
  readonly reentrancy?: 'chain' | 'all' | 'none';
  /** How many threads the class gets per silo; its instances are spread over them. 1 when absent, 64 at most. For `worker` only. */
  readonly threads?: number;
  /** How large the heap of its thread may grow, in MB, before the thread is ended; at least 16. When absent, a limit that this Node contains. */
  readonly memoryLimitMb?: number;
  /** How long a turn may block its thread, `10s` when absent: then the thread is ended. Awaiting does not count. */
  readonly turnLimit?: Duration;
  /** The version of the class (semver). Not in this version: refused with `ConfigurationError`. */
  readonly version?: string;
}

const OPTIONS = {
  known: ['name', 'isolation', 'tags', 'persistence', 'reentrancy', ...THREAD_OPTIONS],
  later: ['version'],
};
const ISOLATIONS = ['worker', 'dedicated', 'inline'] as const;

/**
 * Makes a class a component. All options and all members are checked when the class loads: a `ConfigurationError` names the class and
 * the option or member. Subclasses inherit decorated members, but need a `@Component` of their own.
 */
export function Component(options: ComponentOptions = {}): EntityDecorator {
  refuseBareUse('@Component', options);
  return (...applied: unknown[]): void => {
    const target = classTarget('@Component', applied);
    const where = `@Component on class ${className(target)}`;
    refuseSecondKind('Component', target);
    refusePublicClass('Component', target);
    const given = checkOptions(where, options, OPTIONS);
    const metadata: ComponentMetadata = {
      kind: 'component',
      name: classWireName(where, target, given.name),
      target,
      ...resolveMembers(target),
      ...turnOptions(where, given),
      isolation: checkChoice(where, 'isolation', given.isolation, ISOLATIONS, ISOLATIONS),
      threading: threadOptions(where, given),
      tags: checkTags(where, given.tags),
    };
    defineClass('Component', target, Object.freeze(metadata));
  };
}

function checkTags(where: string, tags: unknown): readonly string[] {
  if (tags === undefined) return Object.freeze([]);
  if (!Array.isArray(tags)) throw new ConfigurationError(`${where}: option "tags" is ${describe(tags)}; expected an array of strings`);
  const list = Array.from(tags as readonly unknown[], (tag, index) => {
    if (typeof tag === 'string' && tag !== '') return tag;
    throw new ConfigurationError(`${where}: option "tags[${index}]" is ${describe(tag)}; expected a non-empty string`);
  });
  return Object.freeze([...new Set(list)]);
}
