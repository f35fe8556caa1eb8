import type { EntityId } from '../../protocol/actor-id.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { BroadcastResult, ConnectedClient, ReminderInfo } from '../author/index.js';
import type { BroadcastStage } from '../broadcast.js';
import type { KeptReminderSpec } from './reminder-spec.js';
import type { FoundPage } from './found-actors.js';
import type { TailCall } from './tail-call.js';
import type { HandleCaller } from '../handle.js';

/** A component that the actor has now. */
export interface ComponentEntry {
  /** The component's own. */
  readonly name: string;
  /** The wire name of its class: classes of one name are one class, whichever thread loaded them. */
  readonly className: string;
  /** Those of its class, and its own. */
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
  /** The wire name of a service class or a name as it is. Throws `ConfigurationError` for anything else. */
  serviceName(classOrName: unknown): string;
  /** Rises when components, tags or clients are not what they were. */
  readonly setVersion: number;
  /** The actor's components: as declared, then as added. A unit that changes them sees its changes, everybody else what is committed. */
  components(): readonly ComponentEntry[];
  /** What this component was added with; empty for actors and declared components. */
  args(): readonly unknown[];
  /** Adds a component in the running unit; its name. `className` is a wire name; `args` are copied. */
  addComponent(className: string, tags: readonly string[], args: readonly unknown[] | undefined): Promise<string>;
  /** One page of the actors with a tag, as committed; `type` is a wire name. */
  findTagged(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage>;
  /** The entity's tags: of its class, and its own. */
  tags(): readonly string[];
  /** Changes its own, in the running unit. */
  changeTags(added: readonly string[], removed: readonly string[]): void;
  /** Removes the component of exactly this name. */
  removeComponent(id: EntityId): Promise<void>;
  /** Live only. Leaves with the commit of the running unit, or at once outside any. */
  emitLive(event: object, key: string | undefined): void;
  /** To own handlers, bound and live listeners. Buffered in a turn, stored outside. With receipts: the id of the broadcast. */
  emit(event: object, receipts: boolean): Promise<string | undefined> | string | undefined;
  /** Resolves when the broadcast has come so far; what the running unit did so far is committed for that if it emitted it. */
  broadcastResult(id: string, stage: BroadcastStage): Promise<BroadcastResult>;
  /** A save point of the running unit. Rejects with `ConfigurationError` where there can be none. */
  save(): Promise<void>;
  /** In the running unit: who (`listenerName`) hears the actor's events of this name. In the silo alone. */
  changeBinding?(event: string, listener: string, bound: boolean): Promise<void> | void;
  /** Sets a reminder of the entity in the running unit. Throws `ConfigurationError` where none can be set. */
  remind(name: string, spec: KeptReminderSpec, payload: unknown): Promise<void> | void;
  cancelReminder(name: string): Promise<void> | void;
  /** The entity's, with what the running unit changed. */
  reminders(): Promise<readonly ReminderInfo[]>;
  /** A tail call of the running turn, for it to return. Throws `ConfigurationError` where none can be made. Absent: of services. */
  tailCall?(target: EntityId, method: string, args: readonly unknown[], keepTurn: boolean): TailCall;
  addTimer(callback: (elapsedMs: number) => unknown, dueMs: number, everyMs: number | undefined): () => void;
  clients(): readonly ConnectedClient[];
  /** The path of the entity's own temporary directory, which is there now. Throws `ConfigurationError` after the activation's end. */
  tmpdir(): string;
  /** A thread has made it at `path`: it is to be removed as one that `tmpdir` has made. */
  adoptTmpdir?(path: string): void;
  /** After the running unit. */
  requestEnd(how: 'deactivate' | 'destroy'): void;
}
