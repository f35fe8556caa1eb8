import type { EntityId } from './actor-id.js';
import type { Identity } from './identity.js';
import type { SenderMark } from './ports/message-store.js';

/** What a message is. `call` waits for its result; the others do not. `hook` and `timer` come from the silo itself. */
export type EnvelopeKind = 'call' | 'oneWay' | 'event' | 'timer' | 'hook';

/** Values that travel along a call chain. */
export type Baggage = Readonly<Record<string, string>>;

/**
 * The identity of a call chain and, on this silo, what it waits for. An outside client never supplies one: the gateway opens it.
 * Reentrancy is decided by object identity on a silo and by `id` across silos.
 */
export interface Chain {
  readonly id: string;
  /** Of a chain that comes from another silo: its id and those of its parents, nearest first. */
  readonly lineage?: readonly string[] | undefined;
  /** The chain whose call made this one necessary (hooks), where that is of this silo. */
  readonly parent?: Chain | undefined;
}

/** An object hears of it without a closure. */
export type AbortListener = (() => void) | { handleEvent(): void };

/** What the runtime needs of an `AbortSignal`: one that came over a link is far cheaper than a real one. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/** A turn, as the calls that it makes remember it. */
export interface CallerTurn {
  readonly entity: EntityId;
  readonly isOpen: boolean;
  /** The turn whose call it runs. */
  readonly caller: CallerTurn | undefined;
  /** The turn that waits for a reply which comes only when this one has ended, because both belong to one unit of work. */
  readonly holdsBack: CallerTurn | undefined;
}

/** On which silo a call was answered. Whoever makes the call hands it over empty; the router fills it in when that was another silo. */
export interface AnswerPlace {
  silo: string | undefined;
}

/** Of a durable call: its effect and these commit together, so that it happens once however often it is called or delivered. */
export interface DurableCall {
  /** Under which its result is recorded. */
  readonly operation: string;
  /** Somebody may ask for the result: it is recorded until it is acknowledged. */
  readonly isKept: boolean;
  /** Of the message that stands for the call in its sender's outbox; absent where it comes as that message, and of a nested call. */
  readonly mark?: SenderMark | undefined;
  /** A plain call that serves a durable one: recorded as that is, and a plain call in everything else. */
  readonly isNested?: boolean | undefined;
  /** Another run of the durable call may have been before this one, or be under way. Whoever makes it again says so. */
  isRepeated?: boolean | undefined;
}

/** One message on its way to an entity. Arrays on the wire, an object inside a silo. */
export interface Envelope {
  readonly kind: EnvelopeKind;
  readonly target: EntityId;
  readonly method: string;
  /** Already a copy: nobody else holds these values. */
  readonly args: readonly unknown[];
  /** The entity whose turn made the call; absent for outside clients and the silo object. */
  readonly from?: EntityId | undefined;
  /** Who the chain's outside client is. */
  readonly identity?: Identity | undefined;
  /** Absent: a new chain starts here. */
  readonly chain?: Chain | undefined;
  /** The turn of the same chain that made the call, when it was made on this silo. */
  readonly caller?: CallerTurn | undefined;
  /** On the silo's monotonic clock, milliseconds. */
  readonly deadlineMs: number;
  /** The timeout the deadline came from, for messages to people. */
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly durable?: DurableCall | undefined;
  readonly baggage?: Baggage | undefined;
  /** Stays on this silo. */
  readonly answered?: AnswerPlace | undefined;
  /** Silos this envelope was forwarded by; at most 3. */
  readonly hops: number;
}

/** The one verb of the path of a call: the value, or a rejection. */
export interface Invoker {
  invoke(envelope: Envelope): Promise<unknown>;
}
