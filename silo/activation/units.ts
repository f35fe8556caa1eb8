// Units. Owns: the open units of work of one activation, by chain, and how each ends. One chain has at most one unit here.
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import { StaleEpochError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import { UnitOfWork } from './unit-of-work.js';

/** All changed fields of a unit by saved name. */
export interface UnitChanges {
  readonly saved: Map<string, Uint8Array | undefined>;
  readonly lazy: Map<string, Uint8Array | undefined>;
}

export class Units {
  private readonly open = new Map<CallChain, UnitOfWork>();
  private onDrained: (() => void) | undefined;
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
    if (this.open.size === 0) return undefined;
    return this.open.get(chain) ?? (chain.parent && this.of(chain.parent));
  }

  /** The chain's (or its parents') unit on this actor; a new one with `call` as its outermost turn if there is none (U1). */
  join(call: PendingCall): UnitOfWork {
    return this.of(call.chain) ?? this.begin(call.chain, call);
  }

  begin(chain: CallChain, outermost: PendingCall | undefined): UnitOfWork {
    const unit = new UnitOfWork(chain, outermost);
    if (outermost?.settles !== undefined) unit.settled = [outermost.settles];
    this.open.set(chain, unit);
    return unit;
  }

  /** Resolves when no unit is open or committing. */
  drained(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => {
      const earlier = this.onDrained;
      this.onDrained = () => {
        earlier?.();
        resolve();
      };
    });
  }

  /** The last open turn ended: commit or roll back, then reply. */
  finish(unit: UnitOfWork): void {
    if (unit.onTurnsEnded) unit.onTurnsEnded();
    else void this.conclude(unit);
  }

  /** Ends a unit of hooks, after the turns that they left running; rejects with why it failed. */
  async concludeHooks(unit: UnitOfWork, failure?: { readonly error: unknown }): Promise<void> {
    const turnsEnded = new Promise<void>((resolve) => (unit.onTurnsEnded = resolve));
    if (--unit.openTurns > 0) await turnsEnded;
    await this.conclude(unit, failure);
  }

  /** Ends a unit; resolves when it is durable or undone. Without an outermost call (hooks) `failure` decides; rejects then. */
  private conclude(unit: UnitOfWork, failure?: { readonly error: unknown }): Promise<void> | void {
    this.open.delete(unit.chain);
    for (const entity of unit.held) entity.seal();
    if (failure) return this.undo(unit, failure.error);
    if (unit.outcome?.failed) return this.undo(unit, unit.outcome.error);
    if (this.activation.isLost) return this.end(unit, true, this.staleError());
    let staged: (StagedChanges | Promise<StagedChanges>)[];
    try {
      staged = unit.held.map((entity) => entity.stage());
    } catch (error) {
      return this.undo(unit, error);
    }
    if (staged.some((part) => part instanceof Promise)) return this.commitLater(unit, staged);
    return this.commit(unit, merge(unit.held, staged as StagedChanges[]));
  }

  private async commitLater(unit: UnitOfWork, staged: readonly (StagedChanges | Promise<StagedChanges>)[]): Promise<void> {
    this.committing++;
    try {
      const parts = await Promise.all(staged.map((part) => Promise.resolve(part)));
      await this.commit(unit, merge(unit.held, parts));
    } catch (error) {
      await this.undo(unit, error);
    } finally {
      this.committing--;
      this.notifyDrained();
    }
  }

  private commit(unit: UnitOfWork, changes: UnitChanges): Promise<void> | void {
    if (changes.saved.size === 0 && !unit.hasMessages) {
      if (!this.activation.isCurrent) return this.undo(unit, this.staleError());
      this.activation.commits.addLazy(changes.lazy);
      return this.accept(unit);
    }
    this.committing++;
    return this.activation.commits.submit(unit, changes).then(
      () => {
        this.committing--;
        this.accept(unit);
      },
      (error: unknown) => {
        this.committing--;
        return this.undo(unit, error);
      },
    );
  }

  private accept(unit: UnitOfWork): void {
    for (const entity of unit.held) entity.hosted?.accept();
    if (unit.operations) this.activation.operations.remember(unit.operations);
    this.end(unit, false, unit.outcome?.value);
  }

  private undo(unit: UnitOfWork, error: unknown): Promise<void> | void {
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
      const pending = unit.held.map((entity) => entity.hosted?.rollback()).filter<Promise<void>>((part) => part instanceof Promise);
      if (pending.length > 0) return Promise.all(pending).then(end, broken);
    } catch (cause) {
      return broken(cause);
    }
    return end();
  }

  private end(unit: UnitOfWork, failed: boolean, value: unknown): void {
    if (unit.outcome) this.activation.reply(unit.outcome.call, failed, value);
    // A failed activation: its mailboxes stay sealed, whoever began it says why to those who wait.
    else if (failed) throw value;
    if (!failed) this.runEffects(unit);
    this.activation.endIfRequested();
    for (const entity of unit.held.splice(0)) entity.mailbox.release();
    // Ticks of its own keep no actor awake.
    if (unit.outermost?.envelope.kind !== 'timer') this.activation.touch();
    this.notifyDrained();
  }

  /** What one listener throws is no reason to keep the others, or the mailboxes, waiting. */
  private runEffects(unit: UnitOfWork): void {
    for (const effect of unit.afterCommit ?? []) {
      try {
        effect();
      } catch (error) {
        this.activation.log.error({ err: error }, 'an event could not be handed over after its commit');
      }
    }
  }

  private notifyDrained(): void {
    if (!this.isEmpty || !this.onDrained) return;
    const resolve = this.onDrained;
    this.onDrained = undefined;
    resolve();
  }

  private staleError(): StaleEpochError {
    return new StaleEpochError(`${printEntityId(this.activation.id)}: the activation lost its ownership while the turn ran`);
  }
}

function merge(entities: readonly Entity[], staged: readonly StagedChanges[]): UnitChanges {
  const saved = new Map<string, Uint8Array | undefined>();
  const lazy = new Map<string, Uint8Array | undefined>();
  staged.forEach((part, index) => {
    const { component } = entities[index]!.id;
    const prefix = component === undefined ? '' : `${component}:`;
    for (const [field, value] of part.saved) saved.set(prefix + field, value);
    for (const [field, value] of part.lazy) lazy.set(prefix + field, value);
  });
  return { saved, lazy };
}
