import { actorMetadata, componentMetadata, type ClassMetadata } from '../../decorators/index.js';

/** What a module exports. */
export type Namespace = Readonly<Record<string, unknown>>;

/** Which class of a module that was loaded anew takes the place of which: by the name of the export, components that only an actor lists by theirs. Services are set by whoever knows them. */
export class RenewedClasses {
  private readonly table = new Map<ClassMetadata, ClassMetadata>();

  add(earlier: Namespace, now: Namespace): void {
    for (const [name, value] of Object.entries(earlier)) this.pair(value, now[name]);
  }

  get(metadata: ClassMetadata): ClassMetadata | undefined {
    return this.table.get(metadata);
  }

  entries(): Iterable<readonly [earlier: ClassMetadata, now: ClassMetadata]> {
    return this.table;
  }

  private pair(earlier: unknown, now: unknown): void {
    const [actor, nextActor] = [actorMetadata(earlier), actorMetadata(now)];
    const [component, nextComponent] = [componentMetadata(earlier), componentMetadata(now)];
    if (component && nextComponent) this.set(component, nextComponent);
    if (!actor || !nextActor) return;
    this.set(actor, nextActor);
    for (const listed of actor.components()) {
      const next = nextActor.components().find(({ name }) => name === listed.name);
      if (next) this.set(listed, next);
    }
  }

  set(earlier: ClassMetadata, now: ClassMetadata): void {
    if (earlier !== now && !this.table.has(earlier)) this.table.set(earlier, now);
  }
}
