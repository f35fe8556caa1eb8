import { actorMetadata, componentMetadata, serviceMetadata, type ActorMetadata, type ClassMetadata } from '../../decorators/index.js';
import { isService, type EntityId } from '../../protocol/actor-id.js';
import { UnknownComponentError } from '../../protocol/errors/index.js';

/** The classes that this thread can make instances of: those that its modules export, and those that exported actors list. */
export class ThreadClasses {
  private readonly actors = new Map<string, ActorMetadata>();
  private readonly components = new Map<string, ClassMetadata>();
  private readonly services = new Map<string, ClassMetadata>();

  static async load(modules: readonly string[]): Promise<ThreadClasses> {
    const classes = new ThreadClasses();
    for (const url of modules) {
      for (const exported of Object.values((await import(url)) as Readonly<Record<string, unknown>>)) classes.add(exported);
    }
    return classes;
  }

  /** Of classes that are here already. */
  static of(exported: readonly unknown[]): ThreadClasses {
    const classes = new ThreadClasses();
    for (const each of exported) classes.add(each);
    return classes;
  }

  /** Throws `UnknownComponentError` for a class that no module exports or lists. */
  classOf({ type, key, component }: EntityId, className: string): ClassMetadata {
    const service = isService({ type, key }) ? this.services.get(type) : undefined;
    if (service) return service;
    const actor = this.actors.get(type);
    const listed = component === undefined ? actor : actor?.components().find(({ name }) => name === className);
    const found = listed ?? this.components.get(className) ?? this.listedAnywhere(className);
    if (found) return found;
    throw new UnknownComponentError(`${className}: no module that the thread loaded has this class`, { component: className });
  }

  private add(exported: unknown): void {
    const actor = actorMetadata(exported);
    if (actor) this.actors.set(actor.name, actor);
    const component = componentMetadata(exported);
    if (component) this.components.set(component.name, component);
    const service = serviceMetadata(exported);
    if (service) this.services.set(service.name, service);
  }

  private listedAnywhere(className: string): ClassMetadata | undefined {
    for (const actor of this.actors.values()) {
      const found = actor.components().find(({ name }) => name === className);
      if (found) return found;
    }
    return undefined;
  }
}
