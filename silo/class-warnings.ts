import type { ActorMetadata, ServiceMetadata } from '../decorators/index.js';
import type { Logger } from '../protocol/ports/logger.js';
import { hooksOfLaterVersions } from './later-hooks.js';
import { mistakenHooks } from './mistaken-hooks.js';

/** Says once, at the start, what the classes ask for that this version does not do, and what they probably mean otherwise. */
export function warnAboutClasses(types: readonly ActorMetadata[], services: readonly ServiceMetadata[], isLoadable: (Class: object) => boolean, log: Logger): void {
  const threaded = new Set<string>();
  for (const type of types) {
    for (const { target, name, isolation } of [type, ...type.components()]) if (isolation !== 'inline' && !isLoadable(target)) threaded.add(target.name || name);
  }
  for (const { target, name, isolation } of services) if (isolation !== 'inline' && !isLoadable(target)) threaded.add(target.name || name);
  const classes = [...threaded];
  if (classes.length > 0) log.info({ classes }, `${classes.join(', ')} run in the silo's own thread: they were given as classes, and threads load files; give the paths of their modules to isolate them`);
  const hooks = hooksOfLaterVersions(types);
  if (hooks.length > 0) log.warn({ hooks }, 'these hooks are not called in this version');
  const mistaken = mistakenHooks(types);
  if (mistaken.length > 0) log.warn({ methods: mistaken }, 'these methods are no hooks, but called nearly like one: nobody calls them by themselves');
}
