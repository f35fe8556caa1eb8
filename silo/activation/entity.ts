// Entity. Owns: one actor's or component's mailbox and the turns on it. Does not own: the unit of work, nor what runs the code.
//   E1. A writing turn belongs to the unit of (its chain, the actor), a read-only one too if there is one; outside a unit it stages nothing.
//   E2. After a nested turn the entity stays held if its state changed, else it is let go at once (U4).
//   E3. What a read-only turn changed is undone at its end (primitive fields).
import type { EntityId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import type { HostedEntity, StagedChanges } from '../../protocol/ports/component-host.js';
import type { ClassMetadata } from '../../decorators/index.js';
import { runInTurn } from '../../sdk/context/turn-scope.js';
import { CallChain } from '../turns/call-chain.js';
import { Mailbox } from '../turns/mailbox.js';
import type { PendingCall } from '../turns/pending-call.js';
import { Turn } from '../turns/turn.js';
import type { Activation } from './activation.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Stack depth of calls that begin inside the caller's own stack; deeper ones begin in a microtask. */
const MAX_INLINE_DEPTH = 40;
let inlineDepth = 0;

/** Holds a mailbox while its unit commits: not even the unit's own chain gets in. */
const SEALED = new CallChain();

export class Entity {
  readonly mailbox: Mailbox = new Mailbox(this);
  hosted: HostedEntity | undefined;
  private openWrites = 0;

  constructor(readonly activation: Activation, readonly metadata: ClassMetadata, readonly id: EntityId) {}

  get mailboxLimit(): number {
    return this.activation.metadata.mailboxLimit;
  }

  /** Queues the call or starts it. After the activation's end it goes to the next one (A3). */
  offer(call: PendingCall): void {
    if (this.activation.status === 'ended') return this.activation.handOn([call]);
    this.mailbox.offer(call);
    call.watch(this.activation.services.deadlines);
  }

  isOverdue(call: PendingCall): boolean {
    return call.deadlineMs <= this.activation.services.clock.monotonicMs();
  }

  /** M5. A lost activation waits for nobody. */
  unfinished(): readonly CallChain[] {
    return this.activation.isLost ? [] : this.activation.entities.flatMap((entity) => entity.mailbox.inside());
  }

  start(call: PendingCall, nested: boolean): void {
    if (inlineDepth >= MAX_INLINE_DEPTH) {
      this.activation.units.enter();
      queueMicrotask(() => {
        this.begin(call, nested);
        this.activation.units.leave();
      });
      return;
    }
    inlineDepth++;
    try {
      this.begin(call, nested);
    } finally {
      inlineDepth--;
    }
  }

  /** What changed since the unit's start. Throws when a value cannot be saved. */
  stage(): StagedChanges | Promise<StagedChanges> {
    return this.hosted!.stage();
  }

  /** The unit ended: its start is now, or as before. The mailbox opens for the next. */
  seal(): void {
    this.mailbox.holdFor(SEALED);
  }

  private begin(call: PendingCall, nested: boolean): void {
    if (call.mode.readOnly && !nested) this.read(call);
    else this.write(call, nested);
  }

  private read(call: PendingCall): void {
    const { units } = this.activation;
    const unit = units.of(call.chain);
    units.enter();
    if (unit) unit.openTurns++;
    const turn = new Turn(call, this.id, unit, this.activation.services.wallClockOffsetMs);
    const before = this.hosted?.strayed();
    this.run(turn, (failed, value) => {
      turn.isOpen = false;
      if (before?.length === 0) this.undoReadersChanges(call);
      this.activation.replyToRead(call, failed, value);
      this.mailbox.releaseReader(call.chain);
      if (unit && --unit.openTurns === 0) units.finish(unit);
      units.leave();
      this.activation.touch();
    });
  }

  /** E3. Readers run beside each other only, so nobody else can have changed anything meanwhile. */
  private undoReadersChanges({ envelope: { method } }: PendingCall): void {
    // A writer that the reader itself let in (an upgrade it did not await) owns the state now.
    if (this.mailbox.isHeld) return;
    const fields = this.hosted!.strayed();
    if (fields.length === 0) return;
    void this.hosted!.rollback();
    this.activation.services.warnOnce(`${this.metadata.name}.${method} is @ReadOnly but changed ${fields.join(', ')}: undone`);
  }

  private write(call: PendingCall, nested: boolean): void {
    const unit = this.activation.units.join(call);
    const strays = nested ? undefined : this.hosted?.strayed();
    if (strays?.length) this.activation.services.warnOnce(`${this.metadata.name}: ${strays.join(', ')} changed outside a turn; it joins the next commit`);
    // A child chain that joins its parent's unit holds for the parent, who comes in after it has gone.
    if (!nested) this.mailbox.holdFor(unit.chain);
    unit.openTurns++;
    this.openWrites++;
    unit.hold(this);
    const turn = new Turn(call, this.id, unit, this.activation.services.wallClockOffsetMs);
    if (call.envelope.idempotencyKey === undefined || call.mode.readOnly) {
      this.run(turn, (failed, value) => this.endWrite(turn, unit, failed, value));
      return;
    }
    this.activation.operations.run(call, this.id, unit, () => this.execute(turn)).then(
      (value) => this.endWrite(turn, unit, false, value),
      (error: unknown) => this.endWrite(turn, unit, true, error),
    );
  }

  private endWrite(turn: Turn, unit: UnitOfWork, failed: boolean, value: unknown): void {
    turn.isOpen = false;
    unit.openTurns--;
    this.openWrites--;
    const call = turn.pending;
    if (call === unit.outermost) {
      unit.outcome = failed ? { call, failed, error: value } : { call, failed, value };
    } else {
      // A unit of hooks has no outermost call: it holds everything to its end, so that nobody gets in between them.
      if (this.openWrites === 0 && unit.openTurns > 0 && unit.outermost) this.letGoIfUnchanged(unit);
      this.activation.reply(call, failed, value);
    }
    if (unit.openTurns === 0) this.activation.units.finish(unit);
  }

  private letGoIfUnchanged(unit: UnitOfWork): void {
    const staged = this.tryStage();
    if (!staged || staged instanceof Promise || staged.saved.size > 0 || staged.lazy.size > 0) return;
    unit.letGo(this);
    this.mailbox.release();
  }

  /** A value that cannot be saved is reported at the unit's end, where it fails the whole unit. */
  private tryStage(): StagedChanges | Promise<StagedChanges> | undefined {
    try {
      return this.stage();
    } catch {
      return undefined;
    }
  }

  /** Runs the method; `end` gets the copied result or the error, in the same stack when the method is synchronous. */
  private run(turn: Turn, end: (failed: boolean, value: unknown) => void): void {
    let outcome: unknown;
    try {
      outcome = this.execute(turn);
    } catch (error) {
      end(true, error);
      return;
    }
    if (!isThenable(outcome)) {
      end(false, outcome);
      return;
    }
    void outcome.then((value) => end(false, value), (error: unknown) => end(true, error));
  }

  /** The method's own value or promise, with the result copied at the turn's end, before anybody else can change it. */
  private execute(turn: Turn): unknown {
    this.checkMayRun(turn.pending);
    const { codec } = this.activation.services;
    const { kind, method, args } = turn.pending.envelope;
    const [callback, elapsedMs] = args as readonly [((elapsedMs: unknown) => unknown) | undefined, unknown];
    const isCallback = kind === 'timer' && typeof callback === 'function';
    const outcome = runInTurn(turn, () => (isCallback ? callback(elapsedMs) : this.hosted!.run(method, args)));
    if (!isThenable(outcome)) return kind === 'call' ? codec.copy(outcome, 'result') : undefined;
    // A user's thenable may settle twice or not at all to the letter: a promise of the platform stands between.
    const promise = outcome instanceof Promise ? outcome : Promise.resolve(outcome);
    return promise.then((value) => (kind === 'call' ? codec.copy(value, 'result') : undefined));
  }

  /** C2, and no turn begins after the lease or the ownership is lost. */
  private checkMayRun(call: PendingCall): void {
    if (call.isSettled) throw new StaleEpochError(`${printEntityId(this.id)}: the call was given up before its turn`);
    if (this.activation.isLost) throw new SiloUnavailableError(`${printEntityId(this.id)}: this activation lost its ownership; the call did not run`);
    if (!this.activation.services.membership.isValid) throw new SiloUnavailableError(`${printEntityId(this.id)}: this silo lost its lease; the call did not run`);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
