// Units. Owns: the open units of work of one activation, by chain, and how each ends. One chain has at most one unit here.
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import { StaleEpochError } from '../../protocol/errors/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';
import { ClosingUnits } from './closing-units.js';
import type { Entity } from './entity.js';
import { concludeChain } from './hand-over.js';
import { overtakenUnit } from './lapsed-replies.js';
import { OpenUnits } from './open-units.js';
import { beFollowed, letIn } from './followed-units.js';
import { adopt, awaitCommit, savePoint } from './save-point.js';
import { merge, stageAll } from './unit-changes.js';
import { UnitOfWork } from './unit-of-work.js';

export class Units {
  readonly open = new OpenUnits();
  private readonly closing = new ClosingUnits();
  private onDrained: (() => void) | undefined;
  private draining: Promise<void> | undefined;
  private committing = 0;
  private aside = 0;

  constructor(private readonly activation: Activation) {}

  get isEmpty(): boolean {
    return this.open.size === 0 && this.committing === 0 && this.aside === 0;
  }

  /** Something began that no unit covers: a read-only turn, or a turn that is about to take its place in one. */
  enter(): void {
    this.aside++;
  }

  leave(): void {
    this.aside--;
    if (!this.isEmpty) return;
    this.activation.endIfRequested();
    this.notifyDrained();
  }

  of(chain: CallChain): UnitOfWork | undefined {
    return this.open.of(chain);
  }

  /** An open unit has changed the entity, or may have. */
  isHeld(entity: Entity): boolean {
    return this.open.holds(entity);
  }

  /** The chain's (or its parents') unit on this actor; a new one with `call` as its outermost turn if there is none (U1). */
  join(call: PendingCall): UnitOfWork {
    return this.of(call.chain) ?? this.begin(call.chain, call);
  }

  begin(chain: CallChain, outermost: PendingCall | undefined): UnitOfWork {
    const unit = new UnitOfWork(chain, outermost);
    if (outermost) unit.carry(outermost);
    this.open.add(unit);
    return unit;
  }

  /** Resolves when no unit is open or committing. */
  drained(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return (this.draining ??= new Promise((resolve) => (this.onDrained = resolve)));
  }

  /** What they had staged in the entity is lost, and not yet taken for a commit. */
  lost(entity: Entity, error: Error): void {
    for (const unit of [...this.open.all(), ...this.closing.all()]) if (!unit.isStaged && unit.held.includes(entity)) unit.lost(entity, error);
  }

  /** The last open turn ended: commit or roll back, then reply. */
  finish(unit: UnitOfWork): void {
    if (unit.onTurnsEnded) unit.onTurnsEnded();
    else void this.conclude(unit);
  }

  /** Ends a unit of hooks, after the turns that they left running; rejects with why it failed. */
  async concludeHooks(unit: UnitOfWork, failure?: { readonly error: unknown }): Promise<void> {
    if (--unit.openTurns > 0) await new Promise<void>((resolve) => (unit.onTurnsEnded = resolve));
    await this.conclude(unit, failure);
  }

  /** A save point: what the unit did so far is durable when it resolves, and a later throw returns only to here. Fails the unit when it fails. */
  async save(unit: UnitOfWork): Promise<void> {
    // A unit whose turns end meanwhile ends after it: what a throw returns to is known only then.
    unit.openTurns++;
    try {
      this.runEffects(await savePoint(this.activation, this.closing, unit));
    } finally {
      if (--unit.openTurns === 0) this.finish(unit);
    }
  }

  /** Ends a unit; resolves when it is durable or undone. Without an outermost call (hooks) `failure` decides; rejects then. */
  private conclude(unit: UnitOfWork, failure = unit.failure): Promise<void> | void {
    this.open.remove(unit);
    for (const entity of unit.held) entity.seal(unit.chain);
    if (failure) return this.undo(unit, failure.error);
    if (unit.outcome?.failed) return this.undo(unit, unit.outcome.error);
    const earlier = this.closing.stagedBeside(unit);
    const settled = earlier.length > 0 ? this.after(earlier, () => (unit.failure ? this.undo(unit, unit.failure.error) : this.settle(unit))) : this.settle(unit);
    // U5: of a followed one nobody need wait.
    if (settled && !unit.isFollowed && (unit.isStaged || earlier.length > 0)) this.closing.add(unit, settled);
    return settled;
  }

  /** Overlapping units end one after the other: what this one set back to the last commit would seem unchanged while another is on its way. */
  private async after(earlier: readonly Promise<void>[], end: () => Promise<void> | void): Promise<void> {
    this.committing++;
    await Promise.allSettled(earlier);
    this.committing--;
    await end();
  }

  /** Takes what the unit changed, and commits it. */
  private settle(unit: UnitOfWork): Promise<void> | void {
    if (this.activation.isLost) return this.end(unit, true, this.staleError());
    let staged: ReturnType<typeof stageAll>;
    try {
      if (unit.outcome) concludeChain(this.activation, unit);
      staged = stageAll(unit.held);
    } catch (error) {
      this.closing.remove(unit);
      return this.undo(unit, error);
    }
    unit.isStaged = true;
    return staged instanceof Promise ? this.commitLater(unit, staged) : this.commit(unit, staged);
  }

  private async commitLater(unit: UnitOfWork, staged: Promise<readonly StagedChanges[]>): Promise<void> {
    this.committing++;
    try {
      await this.commit(unit, await staged);
    } catch (error) {
      await this.undo(unit, error);
    } finally {
      this.committing--;
      this.notifyDrained();
    }
  }

  private commit(unit: UnitOfWork, staged: readonly StagedChanges[]): Promise<void> | void {
    const changes = merge(unit.held, staged);
    if (changes.saved.size === 0 && !unit.hasMessages) {
      unit.endedMs = this.activation.services.clock.monotonicMs();
      const isCurrent = this.activation.isCurrentFor(unit.outermost, unit.endedMs);
      if (!isCurrent) return overtakenUnit(this.activation, () => this.commit(unit, staged), () => this.undo(unit, this.staleError()));
      this.activation.commits.addLazy(changes.lazy);
      this.activation.commits.keep(changes.manual);
      adopt(this.activation, unit, staged);
      return this.end(unit, false, unit.outcome?.value);
    }
    this.committing++;
    const answered = awaitCommit(unit.held);
    beFollowed(this.activation, unit, staged);
    const committed = (): void => {
      this.committing--;
      if (!unit.isFollowed) adopt(this.activation, unit, staged);
      answered();
      this.end(unit, false, unit.outcome?.value);
    };
    const refused = (error: unknown): Promise<void> | void => {
      this.committing--;
      answered();
      return this.undo(unit, error);
    };
    let submitted: Promise<void> | undefined;
    if (unit.isFollowed) this.activation.commits.submitFollowed(unit, changes, committed, (error) => void refused(error));
    else submitted = this.activation.commits.submit(unit, changes).then(committed, refused);
    letIn(unit);
    return submitted;
  }

  /**
   * U3. Where other chains overlapped the unit, the fields return to the last commit, which an overlapping unit may have made; while such a
   * unit is still open, they stay as they are, like those of any code that shares objects.
   */
  private undo(unit: UnitOfWork, error: unknown): Promise<void> | void {
    const earlier = this.activation.isLost ? [] : this.closing.beside(unit);
    // What they commit is in the fields already, but not yet what a rollback returns to.
    if (earlier.length > 0) return this.after(earlier, () => this.undo(unit, error));
    const known = this.activation.operations.duplicateResult(error, unit);
    unit.afterCommit = undefined;
    const end = (): void => (known ? this.end(unit, false, known.value) : this.end(unit, true, error));
    const broken = (cause: unknown): void => {
      // Nobody may go on from half a state: the next activation starts from what is saved.
      this.activation.log.error({ err: cause }, 'the state of a unit that failed could not be restored');
      this.activation.lose('its state could not be restored');
      this.end(unit, true, error);
    };
    try {
      const pending = this.open.heldAlone(unit, (entity) => this.warnOfOverlap(entity)).map((entity) => entity.rollback()).filter<Promise<void>>((part) => part instanceof Promise);
      if (pending.length > 0) return Promise.all(pending).then(end, broken);
    } catch (cause) {
      return broken(cause);
    }
    return end();
  }

  private warnOfOverlap({ hosted, metadata }: Entity): void {
    if (!hosted?.strayed().length) return;
    this.activation.services.warnOnce(`${metadata.name}: a turn failed while others overlapped it; what it changed is not undone`);
  }

  private end(unit: UnitOfWork, failed: boolean, value: unknown): void {
    this.closing.remove(unit);
    // A failed activation: its mailboxes stay sealed, whoever began it says why to those who wait.
    if (failed && !unit.outcome) throw value;
    if (!failed) {
      unit.onAccepted?.();
      this.runEffects(unit);
    }
    // Events of the unit leave ahead of its reply.
    if (unit.outcome) this.activation.reply(unit.outcome.call, failed, value);
    this.activation.endIfRequested();
    const held = unit.held;
    unit.held = [];
    for (const entity of held) entity.mailbox.unseal(unit.isFollowed);
    if (!unit.outermost) this.activation.trim();
    // Ticks of its own keep no actor awake.
    if (unit.outermost?.envelope.kind !== 'timer') this.activation.touch(unit.endedMs);
    this.notifyDrained();
  }

  private runEffects(unit: UnitOfWork): void {
    if (unit.afterCommit) unit.runEffects((error) => this.activation.log.error({ err: error }, 'an event could not be handed over after its commit'));
  }

  private notifyDrained(): void {
    if (!this.isEmpty || !this.onDrained) return;
    const resolve = this.onDrained;
    this.onDrained = this.draining = undefined;
    resolve();
  }

  private staleError(): StaleEpochError {
    return new StaleEpochError(`${this.activation.name}: the activation lost its ownership while the turn ran`);
  }
}
