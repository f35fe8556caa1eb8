import type { ClassMetadata } from '../decorators/index.js';
import type { ComponentHost, EntitySpec, HostedEntity, StagedChanges } from '../protocol/ports/component-host.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';

/** The port of `protocol/ports`, as everything above the context knows it. */
export type Host = ComponentHost<ClassMetadata, EntityRuntime, TurnInfo>;
export type HostSpec = EntitySpec<ClassMetadata, EntityRuntime>;

/** Gets the value, or what was thrown. */
export type TurnEnd = (failed: boolean, value: unknown) => void;

/** What the silo wants to hear of an instance that lives elsewhere. */
export interface HostedWatch {
  /** The instance is gone; its turns have failed. `hadStaged`: with it went what an open unit had staged. */
  lost(error: Error, hadStaged: boolean): void;
  /** Its thread lives again: it will be made anew by its next turn. */
  returned(): void;
  /** What changed outside any turn; accepted already. */
  leftOver(staged: StagedChanges): void;
}

export interface Hosted extends HostedEntity<TurnInfo> {
  /** Set by whoever wants to hear; only instances elsewhere have something to say. */
  watch?: HostedWatch | undefined;
  /** As `run`, without a promise: of instances elsewhere. */
  perform?(method: string, args: readonly unknown[], turn: TurnInfo, end: TurnEnd): void;
  /** What was staged is on its way to the store; call what it returns when the store has answered, after `accept`. An instance that is lost meanwhile is not made anew before that: nobody knows from what. */
  awaitCommit?(): () => void;
  /** What the context answers at once (components, tags, clients) has changed. */
  refresh?(): void;
}
