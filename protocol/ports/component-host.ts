import type { EntityId } from '../actor-id.js';
import type { SavedFields } from './state-store.js';

/** What a host needs to build one entity. `Class` is what is known of its class, `Runtime` what its context asks. */
export interface EntitySpec<Class = unknown, Runtime = unknown> {
  readonly id: EntityId;
  readonly metadata: Class;
  /** Saved fields of this entity by field name, encoded. */
  readonly fields: SavedFields;
  /** What the context object that the constructor gets stands on. */
  readonly runtime: Runtime;
  /** It is being added: `create` rejects where there is no instance at its end. Without, one whose isolation has failed may be made later. */
  readonly isAdded?: boolean | undefined;
}

/** Fields that differ from the unit's start, encoded; `undefined` deletes. */
export type FieldChanges = ReadonlyMap<string, Uint8Array | undefined>;

export interface StagedChanges {
  /** Fields that must be committed with the unit. */
  readonly saved: FieldChanges;
  /** Fields that are saved lazily: they ride with the next commit. */
  readonly lazy: FieldChanges;
  /** Fields that are saved when the user says so, or with the next commit of a unit. */
  readonly manual: FieldChanges;
}

/**
 * One entity (actor or component) behind its isolation boundary. The mailbox above decides when; the host only does.
 * H1. `stage` compares with the last `accept`, `rollback` returns to it: together they bracket a unit of work.
 */
export interface HostedEntity<Turn = unknown> {
  /** What `run` gives was copied on its way: nobody else holds it. */
  readonly isApart: boolean;
  /** Runs one method as code of `turn`; the promise (or value) is the method's own. The caller has checked the name against the class's table. */
  run(method: string, args: readonly unknown[], turn: Turn): unknown;
  /** True when the class has this hook. */
  has(hook: string): boolean;
  /** What changed since the last `accept`. Throws `NotSerializableError` naming the field when state cannot be saved. */
  stage(): StagedChanges | Promise<StagedChanges>;
  /** What was staged is the start of the next unit, whatever has changed since. Give back what `stage` returned, in the same order. */
  accept(staged: StagedChanges): void;
  /** Restores every field to the last `accept`. */
  rollback(): void | Promise<void>;
  /** Primitive fields that differ from the last `accept`, by name: what nobody should have changed when no writing turn runs. Cheap. Empty where only the other side could tell. */
  strayed(): readonly string[];
  /** All fields as of the last `accept`, encoded. */
  capture(): SavedFields;
  dispose(): void | Promise<void>;
}

/** A place where entities run. */
export interface ComponentHost<Class = unknown, Runtime = unknown, Turn = unknown> {
  create(spec: EntitySpec<Class, Runtime>): Promise<HostedEntity<Turn>> | HostedEntity<Turn>;
  stop(): Promise<void>;
}
