import type { ClassMetadata } from '../decorators/index.js';
import { printEntityId, type EntityId } from '../protocol/actor-id.js';
import { StaleEpochError } from '../protocol/errors/index.js';
import type { ComponentHost, EntitySpec, HostedEntity, StagedChanges } from '../protocol/ports/component-host.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';

/** The port of `protocol/ports`, as everything above the context knows it. */
export type Host = ComponentHost<ClassMetadata, EntityRuntime, TurnInfo>;
export type HostSpec = EntitySpec<ClassMetadata, EntityRuntime>;

/** Gets the value, or what was thrown. */
export type TurnEnd = (failed: boolean, value: unknown) => void;

/** What a turn comes to, as a promise. */
export function promised(start: (end: TurnEnd) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((failed, value) => {
      // Whatever was thrown has become an error on its way.
      const error = value as Error;
      if (failed) reject(error);
      else resolve(value);
    });
  });
}

/** What the silo wants to hear of an instance that lives elsewhere. */
export interface HostedWatch {
  /** The instance is gone; its turns have failed. `hadStaged`: with it went what an open unit had staged. */
  lost(error: Error, hadStaged: boolean): void;
  /** Its thread lives again: it will be made anew by its next turn. */
  returned(): void;
  /** It must run `onActivate` before `turn`, which is on the entity already and waits. Rejects as the hook does. */
  wake(turn: TurnInfo): Promise<void>;
  /** `turn` does not run before `hook` (once it is there) has ended; unless the silo gives it up: they wait for each other. Returns what ends the wait. */
  awaitHook(turn: TurnInfo, hook: () => TurnInfo | undefined, giveUp: (error: unknown) => void): () => void;
  /** What changed outside any turn; accepted already. */
  leftOver(staged: StagedChanges): void;
  /** The instance is gone; the next turn finds one of the class that took its place, with the last accepted state. */
  moved(metadata: ClassMetadata): void;
  /** Resolves when no unit of work that may have changed its state is open or commits; `undefined` when none is. */
  unsettled(): Promise<void> | undefined;
}

export interface Hosted extends HostedEntity<TurnInfo> {
  /** Set by whoever wants to hear; only instances elsewhere have something to say. */
  watch?: HostedWatch | undefined;
  /** As `run`, without a promise: of instances elsewhere. */
  perform?(method: string, args: readonly unknown[], turn: TurnInfo, end: TurnEnd): void;
  /** What was staged is on its way to the store; call what it returns when the store has answered, after `accept`. An instance that is lost meanwhile is not made anew before that: nobody knows from what. */
  awaitCommit?(): () => void;
  /** Its class was loaded anew. Moves to the new one as soon as nothing of it runs or waits for a commit. Absent: it stays what it is. */
  renew?(metadata: ClassMetadata): void;
  /** What the context answers at once (components, tags, clients) has changed. */
  refresh?(): void;
}

/** Why a turn of it does not begin any more. */
export function activationIsOver(id: EntityId): StaleEpochError {
  return new StaleEpochError(`${printEntityId(id)}: the activation is over; the turn did not run`);
}
