import { actorMetadata, functionFieldNote, serviceMetadata, serviceTypeName, type MethodMetadata, type ServiceMetadata } from '../../decorators/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { ConfigurationError, UnknownMethodError } from '../../protocol/errors/index.js';
import type { Member } from '../../protocol/ports/index.js';
import type { ActorTypes } from '../actor-types.js';

/** No wire name begins so: an actor type and a service of one name are told apart in what silos say of themselves. */
const PREFIX = 'service:';

/** The services that one silo hosts, by wire name. */
export class ServiceTypes {
  private readonly byName = new Map<string, ServiceMetadata>();

  /** Throws `ConfigurationError` for two services of one wire name, and for one that is called as an actor type is. */
  constructor(services: Iterable<ServiceMetadata>, actors: Pick<ActorTypes, 'get'>) {
    for (const metadata of services) {
      const { name, target } = metadata;
      const known = this.byName.get(name);
      if (known && known.target !== target) throw new ConfigurationError(`two services are named '${name}': ${known.target.name} and ${target.name}; give one another name with @Service({ name })`);
      const actor = actors.get(name);
      if (actor) throw new ConfigurationError(`an actor and a service are named '${name}': ${actor.target.name} and ${target.name}; give one another name with @Actor({ name }) or @Service({ name })`);
      this.byName.set(name, metadata);
    }
  }

  /**
   * Classes that were loaded anew. What it returns puts them in the place of those of their names, and says which took which's. Throws
   * `ConfigurationError`, and changes nothing, when one of the services is gone or a class cannot be used.
   */
  renewal({ actors, services }: { readonly actors: readonly object[]; readonly services: readonly object[] }): () => readonly (readonly [earlier: ServiceMetadata, now: ServiceMetadata])[] {
    const byName = new Map(actors.flatMap((Class) => actorMetadata(Class) ?? []).map((metadata) => [metadata.name, metadata]));
    const fresh = new ServiceTypes(services.flatMap((Class) => serviceMetadata(Class) ?? []), byName);
    for (const name of this.byName.keys()) {
      if (!fresh.byName.has(name)) throw new ConfigurationError(`no module exports the service '${name}' any more; bring it back, or start the silo anew without it`);
    }
    return () => [...fresh.byName].flatMap(([name, now]) => {
      const earlier = this.byName.get(name);
      this.byName.set(name, now);
      return earlier && earlier !== now ? [[earlier, now] as const] : [];
    });
  }

  get(name: string): ServiceMetadata | undefined {
    return this.byName.get(name);
  }

  all(): Iterable<ServiceMetadata> {
    return this.byName.values();
  }

  /** As this silo tells the others what it hosts: each with its permits. */
  get hosted(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.byName.values()].map(({ name, concurrency }) => [PREFIX + name, String(concurrency)]));
  }

  /** The wire name of a service class, or a valid name as it is. */
  nameOf(classOrName: unknown): string {
    return serviceTypeName(classOrName);
  }
}

/** How many turns of the service that silo takes at once; 0: it does not host it. */
export function permitsOf({ types }: Member, name: string): number {
  const said = Object.hasOwn(types, PREFIX + name) ? Number(types[PREFIX + name]) : 0;
  return Number.isSafeInteger(said) && said > 0 ? said : 0;
}

/** Throws `UnknownMethodError`. */
export function methodOf(metadata: ServiceMetadata, { target, method }: Envelope): MethodMetadata {
  const member = metadata.methods.get(method);
  if (member) return member;
  const note = functionFieldNote(metadata, method);
  throw new UnknownMethodError(`${printEntityId(target)} has no callable method '${method}'${note === undefined ? '' : `: ${note}`}`, { method });
}
