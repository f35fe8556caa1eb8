import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { Entity } from './entity.js';

type Fields = ReadonlyMap<string, Uint8Array | undefined>;

/** All changed fields of a unit by saved name: `field` of the actor, `component:field` of a component. */
export interface UnitChanges {
  readonly saved: Fields;
  readonly lazy: Fields;
  readonly manual: Fields;
}

const NONE: Fields = new Map<string, Uint8Array | undefined>();
/** Of units that changed nothing: most of those that only send or compute. */
export const NOTHING: UnitChanges = { saved: NONE, lazy: NONE, manual: NONE };

/** What each of a unit's entities changed; a promise only where one of them takes its time. Throws when a value cannot be saved. */
export function stageAll(entities: readonly Entity[]): readonly StagedChanges[] | Promise<readonly StagedChanges[]> {
  if (entities.length === 1) {
    const only = entities[0]!.stage();
    return only instanceof Promise ? only.then((part) => [part]) : [only];
  }
  const staged: (StagedChanges | Promise<StagedChanges>)[] = [];
  let isWhole = true;
  for (const entity of entities) {
    const part = entity.stage();
    if (part instanceof Promise) isWhole = false;
    staged.push(part);
  }
  return isWhole ? (staged as StagedChanges[]) : Promise.all(staged.map((part) => Promise.resolve(part)));
}

/** A value that cannot be saved is reported at the unit's end, where it fails the whole unit. */
export function tryStage(entity: Entity): ReturnType<Entity['stage']> | undefined {
  try {
    return entity.stage();
  } catch {
    return undefined;
  }
}

/** What the entities of a unit staged, in one. */
export function merge(entities: readonly Entity[], staged: readonly StagedChanges[]): UnitChanges {
  // The common cases need no copies: one entity, and it is the actor; or nothing at all.
  if (staged.length === 1 && entities[0]!.id.component === undefined) return staged[0]!;
  if (!staged.some(isChanged)) return NOTHING;
  const merged = { saved: new Map<string, Uint8Array | undefined>(), lazy: new Map<string, Uint8Array | undefined>(), manual: new Map<string, Uint8Array | undefined>() };
  staged.forEach((part, index) => {
    const { component } = entities[index]!.id;
    const prefix = component === undefined ? '' : `${component}:`;
    for (const [field, value] of part.saved) merged.saved.set(prefix + field, value);
    for (const [field, value] of part.lazy) merged.lazy.set(prefix + field, value);
    for (const [field, value] of part.manual) merged.manual.set(prefix + field, value);
  });
  return merged;
}

/** As one commit writes them: what is saved counts more than what may wait. */
export function addAll(fields: Map<string, Uint8Array | undefined>, { lazy, manual, saved }: UnitChanges): void {
  for (const part of [lazy, manual, saved]) for (const [name, value] of part) fields.set(name, value);
}

/** Something differs from the unit's start. */
export function isChanged({ saved, lazy, manual }: StagedChanges): boolean {
  return saved.size > 0 || lazy.size > 0 || manual.size > 0;
}

/** All saved fields of an actor's entities as of their last `accept`, by saved name. */
export function captureAll(components: readonly Entity[], owner: Entity): ReadonlyMap<string, Uint8Array> {
  const all = new Map<string, Uint8Array>();
  for (const entity of [...components, owner]) {
    const prefix = entity.id.component === undefined ? '' : `${entity.id.component}:`;
    const fields = entity.hosted?.capture() ?? new Map<string, Uint8Array>();
    for (const [field, value] of entity.extras?.capture(fields) ?? fields) all.set(prefix + field, value);
  }
  return all;
}
