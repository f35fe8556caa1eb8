import type { ClassMetadata } from '../../decorators/index.js';
import type { WorkerHost } from '../../isolation/worker-host.js';
import type { Activation } from '../activation/activation.js';
import type { ActorTypes } from '../actor-types.js';
import type { Catalog } from '../catalog.js';
import type { LoadedModules } from '../options/modules.js';
import type { ThreadableClasses } from '../threadable-classes.js';
import type { RenewedClasses } from './renewed-classes.js';

/** Where classes are known. */
export interface ClassPlaces {
  readonly types: ActorTypes;
  readonly workers: WorkerHost;
  readonly threadable: ThreadableClasses;
  readonly catalog: Catalog;
}

/**
 * New activations are of the new classes, instances in threads move to theirs as soon as they are idle; instances in the silo's own thread stay
 * what they are until their actor sleeps. Throws `ConfigurationError`, and changes nothing, where a class cannot be used.
 */
export function renewClasses({ types, workers, threadable, catalog }: ClassPlaces, modules: LoadedModules, classes: RenewedClasses): void {
  types.renew(modules.actors, (metadata) => {
    const current = workers.currentOf(metadata);
    return classes.get(current) ?? current;
  });
  const successors = [...classes.entries()];
  threadable.renew({ urls: modules.urls, loadable: new Set([...modules.loadable, ...successors.filter(([{ target }]) => threadable.has(target)).map(([, { target }]) => target)]) });
  for (const [earlier, now] of successors) workers.replace(earlier, now);
  const currentOf = (metadata: ClassMetadata): ClassMetadata => workers.currentOf(metadata);
  for (const activation of catalog.all()) {
    // One that begins may have been looked up a moment ago.
    if (activation.status === 'activating') void activation.settled().then(() => renewEntities(activation, currentOf));
    else renewEntities(activation, currentOf);
  }
}

function renewEntities(activation: Activation, currentOf: (metadata: ClassMetadata) => ClassMetadata): void {
  if (activation.status === 'ended') return;
  for (const entity of activation.entities) {
    const current = currentOf(entity.metadata);
    if (current !== entity.metadata) entity.hosted?.renew?.(current);
  }
}
