// UnitOfWork. Owns: what one call chain did to one actor and its components, until it is durable and visible, or gone.
//   U1. It opens with the chain's first writing turn on the actor and ends when its last open turn ends.
//   U2. One commit carries all of it; the reply, the events and the live events leave only after that (P6).
//   U3. If the outermost turn throws, nothing of it happened: entities return to the unit's start, nothing was emitted.
//   U3b. Where turns of other chains overlapped it (reentrancy `all`, `@Interleave`) its fields cannot be told from theirs: see `Units.undo`.
//   U5. A unit that handles a message may be followed by that of the next one before it is durable: its changes are what the next one's throw returns
//       to, and both commit in order, or the activation is lost with both.
//   U4. Its entities are held from their first change until the end, so nobody sees or mixes with half of it.
import type { BindingChange, OperationRecord, SenderMark } from '../../protocol/ports/index.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { CallChain } from '../turns/call-chain.js';
import type { NestedRecord } from '../messages/nested-calls.js';
import { SentDraft } from '../messages/sent-draft.js';
import type { ReminderStep } from './actor-reminders.js';
import type { Entity } from './entity.js';

export type StagedOperation = OperationRecord & { readonly result: Uint8Array };

/** A message on its way into the outbox. It is numbered by its commit (0 before), so that numbers rise in the order of commits. */
export interface OutboxDraft {
  sequence: number;
  payload: Uint8Array;
  /** Makes the payload of the version that its commit makes. */
  readonly seal?: ((version: number) => Uint8Array) | undefined;
}

export class UnitOfWork {
  /** Turns of this unit that have begun and not ended. */
  openTurns = 0;
  /** The chains of those that are children of its own: hooks that it made necessary have come back. Its end waits for them, whoever waits for them else. */
  children: CallChain[] | undefined;
  /** Entities that this unit holds exclusively. */
  held: Entity[] = [];
  /** The outermost turn's call and how it ended; the reply waits for the commit. */
  outcome: { readonly call: PendingCall; readonly value?: unknown; readonly error?: unknown; readonly failed: boolean } | undefined;
  outbox: OutboxDraft[] | undefined;
  operations: StagedOperation[] | undefined;
  /** Outbox entries whose handling this unit is. */
  settled: number[] | undefined;
  /** Messages whose handling this unit is. */
  marks: SenderMark[] | undefined;
  /** How many are taken from the head of the inbox. */
  inboxTaken = 0;
  bindings: BindingChange[] | undefined;
  reminders: ReminderStep[] | undefined;
  /** The operation of the outermost call, if that has a key. */
  ownOperation: string | undefined;
  /** Ids of what is called on behalf of its durable call follow from this, where that is not its operation. */
  nestedBase: string | undefined;
  /** How often what was called on behalf of a durable call: see `NestedCalls`. */
  nestedCounts: Map<string, number> | undefined;
  /** Those of them that nobody will ask for again once it is durable. */
  nested: NestedRecord[] | undefined;
  /** How many durable calls it has made. */
  durableCalls = 0;
  /** What it changed is taken for its commit: what happens from now on is not part of it. */
  isStaged = false;
  /** When its last turn ended (monotonic), if somebody looked. */
  endedMs: number | undefined;
  /** Turns that carry an idempotency key and have not ended. */
  openKeyed = 0;
  /** Those of them that are plain calls, and only recorded. */
  openNested = 0;
  /** U5. */
  isFollowed = false;
  /** The actor's end was asked for in it: nothing may follow. */
  isLast = false;
  /** A save point of it failed, or what it had staged was lost: so does the unit. */
  failure: { readonly error: unknown } | undefined;
  /** Runs when it is durable, before anybody gets in. */
  onAccepted: (() => void) | undefined;
  /** Set while a unit of hooks waits for the turns that its hooks left running. */
  onTurnsEnded: (() => void) | undefined;
  /** Run in order after the commit: live events, deliveries to own handlers. */
  afterCommit: (() => void)[] | undefined;

  constructor(readonly chain: CallChain, readonly outermost: PendingCall | undefined) {}

  /** What its outermost call is recorded by. */
  carry({ settles, mark, due }: Partial<Pick<PendingCall, 'settles' | 'mark' | 'due'>>): void {
    if (settles !== undefined) this.settled = [settles];
    if (mark !== undefined) this.marks = [mark];
    if (due !== undefined) this.remind(due.change, due.draft);
  }

  /** A turn of the chain begins in it: who waits for the unit waits for that chain, too. */
  enter(chain: CallChain): void {
    this.openTurns++;
    if (chain !== this.chain) (this.children ??= []).push(chain);
  }

  /** It has ended. True: it was the last one. */
  leave(chain: CallChain): boolean {
    if (chain !== this.chain) this.children!.splice(this.children!.indexOf(chain), 1);
    return --this.openTurns === 0;
  }

  hold(entity: Entity): void {
    // Most hold one: an array that grows by `push` makes room for many.
    if (this.held.length === 0) this.held = [entity];
    else if (!this.held.includes(entity)) this.held.push(entity);
  }

  letGo(entity: Entity): void {
    const at = this.held.indexOf(entity);
    if (at >= 0) this.held.splice(at, 1);
  }

  /**
   * What it had staged in the entity is lost: it fails whole. Hooks are many things in one unit: a component takes along what it has, not what
   * the others have, unless it came to be in this unit.
   */
  lost(entity: Entity, error: Error): void {
    if (this.outermost || entity.id.component === undefined || entity.extras?.fate === 'new') this.failure ??= { error };
    else void entity.rollback();
  }

  /** Something must be written even if no field changed. */
  get hasMessages(): boolean {
    return Boolean(this.outbox?.length || this.operations?.length || this.settled?.length || this.marks || this.inboxTaken > 0 || this.bindings || this.reminders);
  }

  /** It records an id with its effect: all of it commits at its end and not before. */
  get isExclusive(): boolean {
    return this.outermost?.isExclusive === true || this.openKeyed > 0;
  }

  /** As `isExclusive`, and no part of it may be saved before its end. A plain call is one also where a durable one needs it. */
  get isWhole(): boolean {
    if (this.outermost?.isExclusive && !this.outermost.envelope.durable?.isNested) return true;
    return this.openKeyed > this.openNested;
  }

  /** Takes the messages and effects so far out, as a unit of their own. */
  takePart(): UnitOfWork {
    const part = new UnitOfWork(this.chain, undefined);
    part.held = [...this.held];
    part.isStaged = true;
    part.outbox = this.outbox;
    part.operations = this.operations;
    part.bindings = this.bindings;
    part.reminders = this.reminders;
    part.afterCommit = this.afterCommit;
    this.outbox = this.operations = this.bindings = this.reminders = this.afterCommit = undefined;
    return part;
  }

  /** The broadcast of this id has not left it. */
  isSending(tracker: string): boolean {
    return this.outbox?.some((draft) => draft instanceof SentDraft && draft.message.to === 'bound' && draft.message.tracker === tracker) ?? false;
  }

  /** Leaves with its commit. */
  send(draft: SentDraft): void {
    (this.outbox ??= []).push(draft);
  }

  /** Sets or cancels a reminder; what is set last counts. */
  remind(change: ReminderStep, firing: SentDraft | undefined): void {
    (this.reminders ??= []).push(change);
    if (firing) this.send(firing);
  }

  defer(effect: () => void): void {
    (this.afterCommit ??= []).push(effect);
  }

  /** What one listener throws is no reason to keep the others, or the mailboxes, waiting. */
  runEffects(onThrow: (error: unknown) => void): void {
    for (const effect of this.afterCommit ?? []) {
      try {
        effect();
      } catch (error) {
        onThrow(error);
      }
    }
  }
}
