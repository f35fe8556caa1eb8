import type { ClassMetadata } from '../../decorators/index.js';
import type { Activation } from '../activation/activation.js';
import type { ActorTypes } from '../actor-types.js';
import type { Catalog } from '../catalog.js';
import type { Hosts } from '../hosts.js';
import type { LoadedModules } from '../options/modules.js';
import type { ServiceTypes } from '../services/service-types.js';
import type { Services } from '../services/services.js';
import type { RenewedClasses } from './renewed-classes.js';

/** Where classes are known. */
export interface ClassPlaces {
  readonly types: ActorTypes;
  readonly serviceTypes: ServiceTypes;
  readonly services: Services;
  readonly hosts: Hosts;
  readonly catalog: Catalog;
}

/**
 * New activations are of the new classes, instances in threads move to theirs as soon as they are idle; instances in the silo's own thread stay
 * what they are until their actor sleeps. Turns of services that begin from now on are of the new classes. Throws `ConfigurationError`, and changes nothing, where a class cannot be used.
 */
export function renewClasses({ types, serviceTypes, services, hosts, catalog }: ClassPlaces, modules: LoadedModules, classes: RenewedClasses): void {
  const renewServices = serviceTypes.renewal(modules);
  types.renew(modules, (metadata) => {
    const current = hosts.currentOf(metadata);
    return classes.get(current) ?? current;
  });
  for (const [earlier, now] of renewServices()) classes.set(earlier, now);
  hosts.renew(modules, [...classes.entries()]);
  services.renew();
  for (const activation of catalog.all()) {
    // One that begins may have been looked up a moment ago.
    if (activation.status === 'activating') void activation.settled().then(() => renewEntities(activation, hosts));
    else renewEntities(activation, hosts);
  }
}

function renewEntities(activation: Activation, hosts: Hosts): void {
  if (activation.status === 'ended') return;
  for (const entity of activation.entities) {
    const current: ClassMetadata = hosts.currentOf(entity.metadata);
    if (current !== entity.metadata) entity.hosted?.renew?.(current);
  }
}
