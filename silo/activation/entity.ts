// Entity. Owns: one actor's or component's mailbox and the turns on it. Does not own: the unit of work, nor what runs the code.
//   E1. A writing turn belongs to the unit of (its chain, the actor), a read-only one too if there is one; outside a unit it stages nothing.
//   E2. After a nested turn the entity stays held if its state changed, else it is let go at once (U4).
//   E3. What a read-only turn changed is undone at its end (primitive fields), unless a writing turn overlapped it: then nobody can tell whose it is.
//   E4. What changed while no turn ran joins the next commit, and stays when the next turn throws.
import type { EntityId } from '../../protocol/actor-id.js';
import { printEntityId, sameActor } from '../../protocol/actor-id.js';
import { StaleEpochError } from '../../protocol/errors/index.js';
import type { Hosted } from '../../isolation/host.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { ClassMetadata, Reentrancy } from '../../decorators/index.js';
import type { CallChain } from '../turns/call-chain.js';
import { Mailbox } from '../turns/mailbox.js';
import type { PendingCall } from '../turns/pending-call.js';
import { Turn } from '../turns/turn.js';
import type { Activation } from './activation.js';
import { componentIsGone } from './component-lookup.js';
import { EntityExtras } from './entity-extras.js';
import { InstanceWatch } from './instance-watch.js';
import { executeTurn, runTurn } from './run-turn.js';
import { adoptStrays, undoStrays } from './strays.js';
import { isChanged, tryStage } from './unit-changes.js';
import { ACKNOWLEDGE_MODE, DELIVERY_MODE } from './system-methods.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Stack depth of calls that begin inside the caller's own stack; deeper ones begin in a microtask. */
const MAX_INLINE_DEPTH = 40;
let inlineDepth = 0;

export class Entity {
  readonly mailbox: Mailbox;
  hosted: Hosted | undefined;
  extras: EntityExtras | undefined;
  private openWrites = 0;
  private writesBegun = 0;

  /** `metadata`: replaced when the class was loaded anew and the instance is of it. */
  constructor(readonly activation: Activation, public metadata: ClassMetadata, readonly id: EntityId) {
    this.mailbox = new Mailbox(this);
  }

  get mailboxLimit(): number {
    return this.activation.metadata.mailboxLimit;
  }

  get reentrancy(): Reentrancy {
    return this.metadata.reentrancy;
  }

  get hasOpenTurn(): boolean {
    return this.openWrites > 0;
  }

  /** Its instance exists. */
  inhabit(hosted: Hosted): void {
    this.hosted = hosted;
    if (hosted.isApart) hosted.watch = new InstanceWatch(this);
  }

  /** Queues the call or starts it. After the activation's end it goes to the next one (A3). */
  offer(call: PendingCall): void {
    if (this.activation.status === 'ended') return this.activation.handOn([call]);
    if (call.mode === DELIVERY_MODE) return this.activation.messages.incoming.serve(call);
    if (call.mode === ACKNOWLEDGE_MODE) return this.activation.operations.serve(call);
    if (this.extras?.fate === 'gone') return call.fail(componentIsGone(this));
    if (this.activation.units.of(call.chain)?.isExclusive) call.isPartOfExclusive = true;
    this.mailbox.offer(call);
    call.watch(this.activation.services.deadlines);
  }

  isOverdue(call: PendingCall): boolean {
    return call.deadlineMs <= this.activation.services.clock.monotonicMs();
  }

  now(): number {
    return this.activation.services.clock.now();
  }

  get reservedFor(): CallChain | undefined {
    return this.activation.reservedFor;
  }

  withChildren(chains: readonly CallChain[]): readonly CallChain[] {
    return this.activation.units.open.withChildren(chains);
  }

  /** M5. A lost activation waits for nobody. */
  unfinished(): readonly CallChain[] {
    return this.activation.isLost ? [] : this.activation.residents.flatMap((entity) => entity.mailbox.present());
  }

  start(call: PendingCall, nested: boolean): void {
    if (inlineDepth >= MAX_INLINE_DEPTH) {
      this.startLater(call, nested);
      return;
    }
    inlineDepth++;
    try {
      this.begin(call, nested);
    } finally {
      inlineDepth--;
    }
  }

  /** The chain is inside already: its unit, if it has one, must not end before the turn has begun. */
  private startLater(call: PendingCall, nested: boolean): void {
    const { units } = this.activation;
    const unit = units.of(call.chain);
    units.enter();
    const writes = nested || !call.mode.readOnly;
    unit?.enter(call.chain);
    // Under `none` the next call of its own chain waits for it from now on.
    if (writes) this.openWrites++;
    queueMicrotask(() => {
      if (writes) this.openWrites--;
      this.begin(call, nested);
      if (unit?.leave(call.chain)) units.finish(unit);
      units.leave();
    });
  }

  /** What changed since the last `accept`, to which `rollback` returns. Throws when a value cannot be saved. */
  stage(): StagedChanges | Promise<StagedChanges> {
    return this.extras ? this.extras.stage(this.hosted) : this.hosted!.stage();
  }

  accept(staged: StagedChanges): void {
    if (this.extras) this.extras.accept(staged, this.hosted);
    else this.hosted?.accept(staged);
  }

  rollback(): void | Promise<void> {
    return this.extras ? this.extras.rollback(this.hosted) : this.hosted?.rollback();
  }

  use(): EntityExtras {
    return (this.extras ??= new EntityExtras());
  }

  /** The unit of `chain` ended: nobody gets in while it commits. */
  seal(chain: CallChain): void {
    this.mailbox.seal(chain);
  }

  private begin(call: PendingCall, nested: boolean): void {
    if (call.mode.readOnly && !nested) this.read(call);
    else this.write(call, nested);
  }

  private read(call: PendingCall): void {
    const { units } = this.activation;
    const unit = units.of(call.chain);
    units.enter();
    unit?.enter(call.chain);
    const turn = new Turn(call, this.id, unit, this.activation.services.wallClockOffsetMs);
    const { writesBegun } = this;
    const isClean = !units.isHeld(this) && this.hosted?.strayed().length === 0;
    runTurn(this, turn, (failed, value) => {
      turn.isOpen = false;
      if (isClean && writesBegun === this.writesBegun) undoStrays(this, call.envelope.method);
      const reply = (): void => {
        const atMs = this.activation.services.clock.monotonicMs();
        this.activation.replyToRead(call, failed, value, atMs);
        units.leave();
        this.activation.touch(atMs);
      };
      this.mailbox.releaseReader(call);
      if (unit?.leave(call.chain)) units.finish(unit);
      if (call.mode.strict && !failed) void this.activation.verify(call).finally(reply);
      else reply();
    });
  }

  private write(call: PendingCall, nested: boolean): void {
    const unit = this.activation.units.join(call);
    if (!nested) {
      if (this.openWrites === 0) adoptStrays(this);
      // A child chain that joins its parent's unit holds for the parent, who comes in after it has gone.
      if (unit.chain !== call.chain) this.mailbox.adopt(call.chain, unit.chain);
    }
    unit.enter(call.chain);
    if (unit.chain !== call.chain) this.mailbox.waitsForMore(call.chain);
    this.openWrites++;
    this.writesBegun++;
    unit.hold(this);
    const turn = new Turn(call, this.id, unit, this.activation.services.wallClockOffsetMs);
    if (call.isKeyed && !call.mode.readOnly) this.writeOnce(turn, unit);
    else if (call.mode.strict) runTurn(this, turn, (failed, value) => void this.endStrict(turn, unit, failed, value));
    else runTurn(this, turn, (failed, value) => this.endWrite(turn, unit, failed, value));
  }

  /** A strict read inside its own chain's unit: others may not hold the actor, what it read need not be saved yet. */
  private async endStrict(turn: Turn, unit: UnitOfWork, failed: boolean, value: unknown): Promise<void> {
    if (!failed) await this.activation.verify(turn.pending);
    if (this.activation.isLost) this.endWrite(turn, unit, true, new StaleEpochError(`${printEntityId(this.id)}: another silo owns the actor`));
    else this.endWrite(turn, unit, failed, value);
  }

  /** A turn with an idempotency key, or of a durable call. */
  private writeOnce(turn: Turn, unit: UnitOfWork): void {
    if (unit.openKeyed++ === 0) this.makeExclusive(unit);
    const isNested = turn.pending.envelope.durable?.isNested === true;
    if (isNested) unit.openNested++;
    const end = (failed: boolean, value: unknown): void => {
      unit.openKeyed--;
      if (isNested) unit.openNested--;
      this.endWrite(turn, unit, failed, value);
    };
    this.activation.operations.run(turn.pending, this.id, unit, () => executeTurn(this, turn)).then((value) => end(false, value), (error: unknown) => end(true, error));
  }

  /** The unit's calls that wait in line wait for all others from now on. */
  private makeExclusive({ chain }: UnitOfWork): void {
    if (!chain.waiting?.size) return;
    for (const call of chain.waiting) if (sameActor(call.envelope.target, this.id)) call.isPartOfExclusive = true;
    this.mailbox.waitsForMore(chain);
  }

  private endWrite(turn: Turn, unit: UnitOfWork, failed: boolean, value: unknown): void {
    const call = turn.pending;
    turn.isOpen = false;
    unit.leave(call.chain);
    this.openWrites--;
    if (call === unit.outermost) {
      unit.outcome = failed ? { call, failed, error: value } : { call, failed, value };
      // Who waits for the reply waits for the unit's other turns from now on.
      if (unit.openTurns > 0) this.mailbox.waitsForMore(unit.chain);
    } else {
      // A unit of hooks has no outermost call: it holds everything to its end, so that nobody gets in between them.
      if (this.openWrites === 0 && unit.openTurns > 0 && unit.outermost) this.letGoIfUnchanged(unit);
      this.activation.reply(call, failed, value);
    }
    this.mailbox.turnEnded();
    if (unit.openTurns === 0) this.activation.units.finish(unit);
  }

  private letGoIfUnchanged(unit: UnitOfWork): void {
    // CS3.
    if (!this.mailbox.isHeldBy(unit.chain) || this.extras?.fate !== undefined) return;
    const staged = tryStage(this);
    if (!staged || staged instanceof Promise || isChanged(staged)) return;
    unit.letGo(this);
    this.mailbox.vacate(unit.chain);
  }
}
