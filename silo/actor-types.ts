import type { ActorMetadata, ClassMetadata, ComponentMetadata, EventMetadata } from '../decorators/index.js';
import { actorMetadata, actorTypeName, componentTypeName, eventMetadataByName, inheritedNote } from '../decorators/index.js';
import { describe } from '../decorators/options.js';
import type { EntityId } from '../protocol/actor-id.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { ComponentTypes } from './component-types.js';
import { checkPlacement } from './placement-check.js';

/** The actor types that one silo hosts, by wire name. */
export class ActorTypes {
  private readonly byName = new Map<string, ActorMetadata>();
  /** All component classes that are known here. */
  readonly components = new ComponentTypes();

  /** `ownPolicies`: the names of the user's placement policies, which classes may ask for beside the built-in ones. */
  constructor(private readonly ownPolicies: readonly string[] = []) {}

  /** Throws `ConfigurationError` for an undecorated class, for two classes of one wire name, and for a placement that is not known here. */
  add(Class: unknown): void {
    const metadata = actorMetadata(Class);
    if (!metadata) throw new ConfigurationError(`${describe(Class)} has no @Actor decorator${inheritedNote('Actor', Class)}`);
    const known = this.byName.get(metadata.name);
    if (known && known.target !== metadata.target) {
      throw new ConfigurationError(`two actors are named '${metadata.name}': ${known.target.name} and ${metadata.target.name}; give one another name with @Actor({ name })`);
    }
    for (const component of metadata.components()) this.components.add(component);
    checkPlacement(metadata, this.ownPolicies);
    this.byName.set(metadata.name, metadata);
  }

  /**
   * Classes that were loaded anew, in the place of those of their names. `currentOf`: what became of a component's class, wherever it is listed.
   * Throws `ConfigurationError`, and changes nothing, when one of the types is gone or a class cannot be used.
   */
  renew({ actors, components }: { readonly actors: readonly object[]; readonly components: readonly object[] }, currentOf: (metadata: ClassMetadata) => ClassMetadata): void {
    const fresh = new ActorTypes(this.ownPolicies);
    for (const Class of actors) fresh.add(Class);
    for (const Class of components) fresh.components.addClass(Class);
    for (const { name } of this.all()) {
      if (!fresh.byName.has(name)) throw new ConfigurationError(`no module exports the actor '${name}' any more; bring it back, or start the silo anew without it`);
    }
    for (const metadata of fresh.all()) this.byName.set(metadata.name, withCurrentComponents(metadata, currentOf));
    this.components.renew(fresh.components, currentOf);
  }

  get(name: string): ActorMetadata | undefined {
    return this.byName.get(name);
  }

  /** As this silo's class has it; a type that it does not host might change anything. */
  isReadOnly(target: EntityId, method: string): boolean {
    const owner = this.get(target.type);
    const metadata = target.component === undefined ? owner : owner && this.components.possible(owner, target.component);
    return metadata?.methods.get(method)?.readOnly === true;
  }

  all(): Iterable<ActorMetadata> {
    return this.byName.values();
  }

  event(name: string): EventMetadata | undefined {
    return eventMetadataByName(name);
  }

  /** The wire name of a component class, or a valid name as it is. */
  componentName(classOrName: unknown): string {
    return componentTypeName(classOrName);
  }

  /** The wire name of an actor class, or a valid name as it is. */
  nameOf(classOrName: unknown): string {
    return actorTypeName(classOrName);
  }
}

/** The actor's class may have been loaded before those of its components. */
function withCurrentComponents(metadata: ActorMetadata, currentOf: (metadata: ClassMetadata) => ClassMetadata): ActorMetadata {
  const listed = metadata.components();
  const current = listed.map((component) => currentOf(component) as ComponentMetadata);
  return current.every((component, at) => component === listed[at]) ? metadata : Object.freeze({ ...metadata, components: () => current });
}
