import { serviceMetadata } from '../decorators/index.js';
import { ActorTypes } from './actor-types.js';
import { warnAboutClasses } from './class-warnings.js';
import { ServiceTypes } from './services/service-types.js';
import type { SiloPorts } from './silo-ports.js';

type Hosted = Pick<SiloPorts, 'classes' | 'components' | 'policies' | 'files' | 'log'>;

/** What a silo hosts: its classes, checked. Throws `ConfigurationError`; says what else is odd about them in the log. */
export function hostedClasses({ classes, components = [], policies, files, log }: Hosted): { readonly types: ActorTypes; readonly serviceTypes: ServiceTypes } {
  const types = new ActorTypes(policies?.map(({ name }) => name));
  for (const Class of classes) if (!serviceMetadata(Class)) types.add(Class);
  for (const Class of components) types.components.addClass(Class);
  const serviceTypes = new ServiceTypes(classes.flatMap((Class) => serviceMetadata(Class) ?? []), types);
  warnAboutClasses({ types: [...types.all()], services: [...serviceTypes.all()], components: [...types.components.all()] }, (Class) => files?.loadable.has(Class) ?? false, log);
  return { types, serviceTypes };
}
