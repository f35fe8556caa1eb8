// Activation. Owns: one actor while it lives on this silo: its entities, token, units, commits, live events and clients.
//   A1. `token` is registered in the directory from activation to end, or the activation is lost.
//   A2. A lost activation replies to nobody with a value and commits nothing.
//   A3. Calls that it cannot run any more are delivered again elsewhere, never dropped.
import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { copyError } from '../../protocol/codec/index.js';
import { ActivationFailedError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/index.js';
import type { Token } from '../../protocol/ports/state-store.js';
import type { ActorMetadata } from '../../decorators/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import { ActorMessages } from './actor-messages.js';
import { CommitQueue } from './commit-queue.js';
import { Entity } from './entity.js';
import type { EntityTimers } from './entity-timers.js';
import { succeed } from './hand-over.js';
import { notBegun, overtakenRead } from './lapsed-replies.js';
import { LiveEvents } from './live-events.js';
import { Operations } from './operations.js';
import { Residents } from './residents.js';
import { Sessions } from './sessions.js';
import type { SiloServices } from './silo-services.js';
import type { UnitOfWork } from './unit-of-work.js';
import { captureAll } from './unit-changes.js';
import { Units } from './units.js';
import { verifyOwner } from './verify-owner.js';

export type ActivationStatus = 'activating' | 'active' | 'ending' | 'ended';

export class Activation extends Residents {
  status: ActivationStatus = 'activating';
  token: Token = '';
  epoch = 0;
  since = 0;
  isLost = false;
  isDestroyed = false;
  /** Another silo had the actor when this one began. */
  isSuperseded = false;
  /** This silo had no lease, or lost the actor, when this one began. */
  hasLapsed = false;
  /** It took calls once: then an always-on actor is activated again when it ends. */
  wasActive = false;
  /** Live subscriptions and clients that keep the actor awake. */
  pins = 0;
  /** On the silo's monotonic clock, as of the collector's last look. */
  lastUsedMs = 0;
  /** Where the idle collector keeps it. */
  idleBucket: number | undefined;
  readonly units = new Units(this);
  readonly commits = new CommitQueue(this);
  private waiters: { resolve: () => void; reject: (error: Error) => void }[] | undefined;
  private requestedEnd: 'deactivate' | 'destroy' | undefined;
  operationsIfAny: Operations | undefined;
  private lazyLive: LiveEvents | undefined;
  sessionsIfAny: Sessions | undefined;
  private lazyMessages: ActorMessages | undefined;
  private lazyLog: Logger | undefined;
  timers: EntityTimers | undefined;
  /** Set while a step of a chain has the next turn on this actor: mailboxes let nobody in but it, and those that were inside. */
  reservedFor: CallChain | undefined;

  constructor(readonly id: ActorId, readonly metadata: ActorMetadata, readonly services: SiloServices) {
    super();
    this.owner = new Entity(this, metadata, id);
    const components = metadata.components();
    this.components = components.length === 0
      ? this.components
      : components.map((component) => new Entity(this, component, { type: id.type, key: id.key, component: component.name }));
  }

  get name(): string {
    return printEntityId(this.id);
  }

  get log(): Logger {
    return (this.lazyLog ??= this.services.log.child({ actor: this.name }));
  }

  get operations(): Operations {
    return (this.operationsIfAny ??= new Operations(this));
  }

  get live(): LiveEvents {
    return (this.lazyLive ??= new LiveEvents(this));
  }

  get sessions(): Sessions {
    return (this.sessionsIfAny ??= new Sessions(this));
  }

  get messages(): ActorMessages {
    return (this.lazyMessages ??= new ActorMessages(this));
  }

  /** Still the registered owner, as far as this silo may believe. */
  get isCurrent(): boolean {
    return !this.isLost && this.services.membership.isValid;
  }

  /** As `isCurrent`, at a reading of the clock; where the router asked for the lease in the same stack, its end is all that can have come since. */
  isCurrentFor(call: PendingCall | undefined, monotonicMs: number): boolean {
    const { membership } = this.services;
    return !this.isLost && (call?.isInStack ? monotonicMs < membership.validUntilMs : membership.isValidAt(monotonicMs));
  }

  get isBusy(): boolean {
    return this.pins > 0 || !this.units.isEmpty || this.status !== 'active' || (this.lazyMessages?.isBusy ?? false);
  }

  /** Its mailboxes open after this. */
  opened(): void {
    this.lazyMessages?.opened();
  }

  /** Resolves when no own event waits for its handler, and all it sent is in the queues; `undefined` when that is so now. */
  messagesHandled(): Promise<unknown> | undefined {
    return this.lazyMessages?.handled();
  }

  /** Resolves when it takes calls; rejects with what kept it from that. */
  ready(): Promise<void> {
    if (this.status === 'active') return Promise.resolve();
    if (this.status === 'ended') return Promise.reject(this.endedError());
    return new Promise((resolve, reject) => (this.waiters ??= []).push({ resolve, reject }));
  }

  /** Resolves when its beginning is over, well or badly. */
  settled(): Promise<void> {
    return this.status === 'activating' ? this.ready().catch(() => undefined) : Promise.resolve();
  }

  /** Tells those who wait for `ready`. */
  settleReady(failure?: Error): void {
    const waiters = this.waiters ?? [];
    this.waiters = undefined;
    for (const { resolve, reject } of waiters) {
      if (failure) reject(failure);
      else resolve();
    }
  }

  /** It is used, now or at a reading of the monotonic clock that was just taken. */
  touch(atMs?: number): void {
    this.services.touched(this, atMs);
  }

  /** Gives back room that it needs rarely. */
  trim(): void {
    for (const entity of this.residents) entity.mailbox.trim();
  }

  /** The end now asked for deletes what is saved. */
  get isToBeDestroyed(): boolean {
    return this.requestedEnd === 'destroy';
  }

  /** As `requestEnd`, by a turn of `unit`: if that fails, nothing is destroyed. */
  requestEndAfter(unit: UnitOfWork | undefined, how: 'deactivate' | 'destroy'): void {
    if (unit) unit.isLast = true;
    if (unit && how === 'destroy') unit.defer(() => this.requestEnd(how));
    else this.requestEnd(how);
  }

  /** Ends the activation (and deletes its state) after the running units, or now. */
  requestEnd(how: 'deactivate' | 'destroy'): void {
    if (this.requestedEnd !== 'destroy') this.requestedEnd = how;
    if (this.units.isEmpty) this.endIfRequested();
  }

  /** The end that is under way deletes what is saved, unless it came too far. */
  destroyAtEnd(): void {
    this.requestedEnd = 'destroy';
  }

  /** Called when a unit is over, before its mailboxes open for the next call. */
  endIfRequested(): void {
    if (this.requestedEnd === undefined || this.status !== 'active') return;
    void this.services.deactivate(this, 'requested', this.requestedEnd === 'destroy');
  }

  /** Settles a call of a writing turn, after its unit (or for a nested turn, at its end). */
  reply(call: PendingCall, failed: boolean, value: unknown): void {
    if (failed && !call.hasBegun && value instanceof SiloUnavailableError) notBegun(this, call, value);
    else if (failed) call.fail(copyError(value, this.services.codec));
    else succeed(this, call, value);
  }

  /** LR1. */
  replyToRead(call: PendingCall, failed: boolean, value: unknown, atMs: number): void {
    if (this.isCurrentFor(call, atMs) || call.isSettled) this.reply(call, failed, value);
    else overtakenRead(this, call, failed, value);
  }

  /** Before the reply of a strict read. */
  verify(call: PendingCall): Promise<void> {
    return verifyOwner(this, call);
  }

  /** The full saved state as of the last accepted units, by saved name. */
  capture(): ReadonlyMap<string, Uint8Array> {
    return captureAll(this.componentsFor(undefined), this.owner);
  }

  /** A2: somebody else owns the actor now, or nobody knows. */
  lose(reason: string): void {
    if (this.isLost) return;
    this.isLost = true;
    this.log.warn({ reason }, 'the activation lost its ownership');
    this.end();
  }

  /** Nothing of it runs any more: stops what started and hands the waiting calls on (A3). */
  end(): void {
    if (this.status === 'ended') return;
    this.status = 'ended';
    this.timers?.stop();
    this.lazyMessages?.stop();
    this.services.ended(this);
    for (const { mailbox } of this.residents) mailbox.close();
    const waiting = this.takeWaiting();
    this.dispose();
    // The silo's scratch waits for it when it stops.
    void this.services.scratch.release(this);
    this.lazyLive?.end();
    this.settleReady(this.endedError());
    this.handOn(waiting);
  }

  /** A3. Timers, own events and hooks are this activation's alone: the next one has its own, and who greets and takes leave of clients asks again. */
  handOn(calls: readonly PendingCall[]): void {
    for (const call of calls) {
      const { kind } = call.envelope;
      if (kind === 'timer' || kind === 'event' || kind === 'hook') call.fail(this.endedError());
      // Without a token it never was here: that says nothing of the actor.
      else if (this.token !== '' && ++call.handedOn > MAX_HANDED_ON) call.fail(new ActivationFailedError(`${this.name}: ended ${MAX_HANDED_ON} times before the call's turn; it did not run`));
      else this.services.redeliver(call);
    }
  }

  private endedError(): SiloUnavailableError {
    return new SiloUnavailableError(`${this.name}: the activation ended`);
  }
}

/** An actor that ends in its own `onActivate` never gets to its calls: they are given up before they keep the event loop for themselves. */
const MAX_HANDED_ON = 10;
