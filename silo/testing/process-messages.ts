// What a test and the processes of its silos say to each other, over the channel of `fork`. Every ask has one answer under its id.
import type { EntityId } from '../../protocol/actor-id.js';
import type { ActorQuery } from '../../sdk/author/index.js';
import type { MessageQuestion } from './message-verbs.js';
import type { GatewayLimits, LogLevel } from '../silo-options.js';

/** What a silo's process is told first. */
export interface ProcessSettings {
  readonly cluster: string;
  readonly modules: readonly string[];
  readonly redis: string;
  readonly log: LogLevel;
  /** The default policy. */
  readonly placement: string | undefined;
  readonly session: string | undefined;
  readonly limits: Partial<GatewayLimits> | undefined;
  /** Begins every client's token: who has it may be whom it says. */
  readonly secret: string;
}

/** `path`: the names from the handle to what is called: `['strike']`, `['oneWay', 'strike']`, `['manage', 'activation']`. */
export interface RemoteCall {
  readonly target: EntityId;
  readonly path: readonly string[];
  readonly args: Uint8Array;
  /** What of `CallOptions` leaves its process; the signal goes as a `cancel`. */
  readonly options: object;
}

export type ToSilo =
  | { readonly kind: 'start'; readonly settings: ProcessSettings }
  | { readonly kind: 'call'; readonly id: number; readonly call: RemoteCall }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'activations'; readonly id: number }
  | { readonly kind: 'messages'; readonly id: number; readonly question: MessageQuestion }
  /** Answered with the names of all actors that `findActors` finds. */
  | { readonly kind: 'find'; readonly id: number; readonly query: ActorQuery }
  /** Answered when it knows of all these silos. */
  | { readonly kind: 'meet'; readonly id: number; readonly siloIds: readonly string[] }
  | { readonly kind: 'stop' }
  /** The answer of `dial`. */
  | { readonly kind: 'way'; readonly id: number; readonly address: string };

/** Who a silo is, once it runs. */
export interface RunningProcess {
  readonly siloId: string;
  readonly incarnation: string;
  /** Where other silos reach it. */
  readonly address: string;
  readonly gateway: string;
}

/** Values and errors in the codec's bytes. */
export type FromSilo =
  | { readonly kind: 'running'; readonly silo: RunningProcess }
  | { readonly kind: 'refused'; readonly error: Uint8Array }
  | { readonly kind: 'value'; readonly id: number; readonly value: Uint8Array }
  | { readonly kind: 'error'; readonly id: number; readonly error: Uint8Array }
  /** How does it reach this address of another silo? */
  | { readonly kind: 'dial'; readonly id: number; readonly address: string };
