import type { EntityId } from '../../protocol/actor-id.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { ConnectedClient } from '../author/index.js';
import type { HandleCaller } from '../handle.js';

/** A component that the actor has now. */
export interface ComponentEntry {
  readonly name: string;
  /** The class's wire name; the name when absent. */
  readonly className?: string;
  readonly target: object;
  readonly tags: readonly string[];
}

/** What a context asks of whatever runs its entity: the silo itself, or a thread's port to it. */
export interface EntityRuntime {
  readonly id: EntityId;
  readonly log: Logger;
  handle(id: EntityId): object;
  /** What stands behind those handles. */
  readonly caller: HandleCaller;
  /** The wire name of an actor class or a name as it is. Throws `ConfigurationError` for anything else. */
  typeName(classOrName: unknown): string;
  /** The actor's components, in declaration order. */
  components(): readonly ComponentEntry[];
  /** Live only. Leaves with the commit of the running unit, or at once outside any. */
  emitLive(event: object, key: string | undefined): void;
  /** To own handlers and live listeners. Buffered in a turn, stored outside. */
  emit(event: object): Promise<void> | void;
  /** A save point of the running unit. Rejects with `ConfigurationError` where there can be none. */
  save(): Promise<void>;
  addTimer(callback: (elapsedMs: number) => unknown, dueMs: number, everyMs: number | undefined): () => void;
  clients(): readonly ConnectedClient[];
  /** The path of the entity's own temporary directory, which is there now. Throws `ConfigurationError` after the activation's end. */
  tmpdir(): string;
  /** A thread has made it at `path`: it is to be removed as one that `tmpdir` has made. */
  adoptTmpdir?(path: string): void;
  /** After the running unit. */
  requestEnd(how: 'deactivate' | 'destroy'): void;
}
