import type { EntityId } from '../actor-id.js';
import type { SavedFields } from './state-store.js';

/** What a host needs to build one entity. `blueprint` names the class; the host knows how to get it. */
export interface EntitySpec {
  readonly id: EntityId;
  /** The class's wire name. */
  readonly className: string;
  /** Saved fields of this entity by field name, encoded. */
  readonly fields: SavedFields;
  /** The context object that the constructor gets (inline), or what the thread builds one from. */
  readonly context: unknown;
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
export interface HostedEntity {
  /** Runs one method; the promise (or value) is the method's own. The caller has checked the name against the class's table. */
  run(method: string, args: readonly unknown[]): unknown;
  /** True when the class has this hook. */
  has(hook: string): boolean;
  /** What changed since the last `accept`. Throws `NotSerializableError` naming the field when state cannot be saved. */
  stage(): StagedChanges | Promise<StagedChanges>;
  /** What was staged is the start of the next unit, whatever has changed since. Give back what `stage` returned, in the same order. */
  accept(staged: StagedChanges): void;
  /** Restores every field to the last `accept`. */
  rollback(): void | Promise<void>;
  /** Primitive fields that differ from the last `accept`, by name: what nobody should have changed when no writing turn runs. Cheap. */
  strayed(): readonly string[];
  /** All fields as of the last `accept`, encoded. */
  capture(): SavedFields;
  dispose(): void | Promise<void>;
}

/** A place where entities run. */
export interface ComponentHost {
  create(spec: EntitySpec): Promise<HostedEntity> | HostedEntity;
  stop(): Promise<void>;
}
