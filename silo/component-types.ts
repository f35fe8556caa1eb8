import type { ActorMetadata, ClassMetadata, ComponentMetadata } from '../decorators/index.js';
import { componentMetadata } from '../decorators/index.js';
import { describe } from '../decorators/options.js';
import { readComponentAddress } from '../protocol/component-address.js';
import { ConfigurationError, UnknownComponentError } from '../protocol/errors/index.js';

/** `Burning-2`: the second component of the class that an actor got. */
const NUMBERED = /^(.+)-\d+$/;

/**
 * The component classes that one silo knows, by wire name: those that its modules export, and those that its actors list. What an actor lists
 * itself goes before all others of the name.
 */
export class ComponentTypes {
  private readonly byName = new Map<string, ComponentMetadata>();
  /** Names that two classes have: each is fine where an actor lists it, and none can be added by name. */
  private readonly twins = new Map<string, ComponentMetadata>();

  /** Throws `ConfigurationError` for a class without `@Component`. */
  addClass(Class: unknown): void {
    const metadata = componentMetadata(Class);
    if (!metadata) throw new ConfigurationError(`${describe(Class)} has no @Component decorator`);
    this.add(metadata);
  }

  add(metadata: ComponentMetadata): void {
    const known = this.byName.get(metadata.name);
    if (!known) this.byName.set(metadata.name, metadata);
    else if (known.target !== metadata.target) this.twins.set(metadata.name, metadata);
  }

  /** Those that `fresh` has, each as it is by now, in the place of all. */
  renew(fresh: ComponentTypes, currentOf: (metadata: ComponentMetadata) => ClassMetadata): void {
    const all = [...fresh.byName.values(), ...fresh.twins.values()];
    this.byName.clear();
    this.twins.clear();
    for (const metadata of all) this.add(currentOf(metadata) as ComponentMetadata);
  }

  has(className: string): boolean {
    return this.byName.has(className);
  }

  all(): Iterable<ComponentMetadata> {
    return this.byName.values();
  }

  /** The class that an actor of the type gets under this wire name. Throws `UnknownComponentError` when there is none, `ConfigurationError` when there are two. */
  get(type: ActorMetadata, className: string): ComponentMetadata {
    const found = declared(type, className) ?? this.byName.get(className);
    if (!found) throw new UnknownComponentError(`no module of this silo has a component class '${className}'; export it from one that the option modules names, or list it in an actor's components`, { component: className });
    const twin = declared(type, className) ? undefined : this.twins.get(className);
    if (twin) throw new ConfigurationError(`two component classes are named '${className}': ${found.target.name} and ${twin.target.name}; give one another name with @Component({ name })`);
    return found;
  }

  /** The class of a component that an actor of the type may have under this address, active or not; `undefined`: it surely has none. */
  possible(type: ActorMetadata, address: string): ComponentMetadata | undefined {
    const { name } = readComponentAddress(address);
    const known = declared(type, name) ?? this.byName.get(name);
    if (known) return known;
    const base = NUMBERED.exec(name)?.[1];
    return base === undefined ? undefined : (declared(type, base) ?? this.byName.get(base) ?? this.beginningWith(name, base));
  }

  /** A long class name is cut to make room for the number. */
  private beginningWith(name: string, base: string): ComponentMetadata | undefined {
    if (name.length < 64) return undefined;
    return [...this.byName.values()].find((metadata) => metadata.name.startsWith(base));
  }
}

function declared(type: ActorMetadata, className: string): ComponentMetadata | undefined {
  return type.components().find(({ name }) => name === className);
}
