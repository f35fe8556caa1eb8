import type { ActorMetadata, ClassMetadata, ComponentMetadata, ServiceMetadata } from '../decorators/index.js';
import type { Logger } from '../protocol/ports/logger.js';
import { hooksOfLaterVersions } from './later-hooks.js';
import { mistakenHooks } from './mistaken-hooks.js';

/** All that a silo may run. */
export interface KnownClasses {
  readonly types: readonly ActorMetadata[];
  readonly services: readonly ServiceMetadata[];
  /** Also those that no actor lists: they can be added. */
  readonly components: readonly ComponentMetadata[];
}

/** Says once, at the start, what the classes ask for that this version does not do, and what they probably mean otherwise. */
export function warnAboutClasses({ types, services, components }: KnownClasses, isLoadable: (Class: object) => boolean, log: Logger): void {
  const all: readonly ClassMetadata[] = [...types.flatMap((type) => [type, ...type.components()]), ...components, ...services];
  const classes = [...new Set(all.filter(({ isolation, target }) => isolation !== 'inline' && !isLoadable(target)).map(({ target, name }) => target.name || name))];
  if (classes.length > 0) log.info({ classes }, `${classes.join(', ')} ${classes.length === 1 ? 'runs' : 'run'} in the silo's own thread: what was given as a class cannot be loaded by a thread; give the path of its module to isolate it`);
  const hooks = hooksOfLaterVersions(types);
  if (hooks.length > 0) log.warn({ hooks }, 'these hooks are not called in this version');
  const mistaken = mistakenHooks(types);
  if (mistaken.length > 0) log.warn({ methods: mistaken }, 'these methods are no hooks, but called nearly like one: nobody calls them by themselves');
}
