// Instance. Owns: one object of a user's class in its thread, and what of its state was told to the silo.
//   I1. `serial` numbers what was told; a verdict on a serial is a verdict on all before it.
//   I2. `epoch` counts the verdicts: the silo sees by it whether what was told is told against the state that it knows.
import type { ClassMetadata } from '../../decorators/index.js';
import type { EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { FieldTracker } from '../state-tracker.js';
import { ROLLED_BACK, SERIAL, type FlatChanges, type Told, type Verdict } from '../thread-messages.js';
import { writeChanges } from '../told-changes.js';
import { errorToWire } from '../wire-value.js';

export class Instance {
  epoch = 0;
  /** `onActivate` has begun, if there is one. */
  waking: Promise<unknown> | undefined;
  isAwake = false;
  /** Writing turns that have begun. */
  writes = 0;
  private serial = 0;
  private told: Map<number, StagedChanges> | undefined;

  constructor(
    readonly number: number,
    readonly id: EntityId,
    readonly metadata: ClassMetadata,
    readonly object: Readonly<Record<string, unknown>>,
    private readonly state: FieldTracker,
    private readonly codec: Codec,
  ) {}

  hear(verdicts: readonly Verdict[] | undefined): void {
    if (verdicts) for (const verdict of verdicts) this.settle(verdict);
  }

  /** No `onActivate` has to run first. */
  get isReady(): boolean {
    return this.isAwake || !this.metadata.hooks.has('onActivate');
  }

  strayed(): readonly string[] {
    return this.state.strayed();
  }

  undo(): void {
    this.state.rollback();
  }

  /** What differs from the last accepted state: the epoch alone when nothing does. */
  tell(strays?: FlatChanges): Told {
    const { epoch } = this;
    let changes: FlatChanges | undefined;
    try {
      changes = this.changes();
    } catch (error) {
      return { epoch, strays, error: errorToWire(error, this.codec) };
    }
    return strays ? { epoch, changes, strays } : (changes ?? epoch);
  }

  /** What changed outside any turn, accepted at once. What cannot be saved is left to the turn that comes. */
  takeStrays(): FlatChanges | undefined {
    if (this.state.strayed().length === 0) return undefined;
    try {
      const strays = this.changes();
      if (strays) this.acceptUpTo(strays[SERIAL] as number);
      return strays;
    } catch {
      return undefined;
    }
  }

  private changes(): FlatChanges | undefined {
    const staged = this.state.stage();
    if (staged.saved.size + staged.lazy.size + staged.manual.size === 0) return undefined;
    (this.told ??= new Map()).set(++this.serial, staged);
    return writeChanges(this.serial, this.epoch, staged, (name) => this.object[name]);
  }

  private settle(verdict: Verdict): void {
    this.epoch++;
    if (verdict !== ROLLED_BACK) return this.acceptUpTo(verdict);
    this.told = undefined;
    this.state.rollback();
  }

  private acceptUpTo(serial: number): void {
    const staged = this.told?.get(serial);
    if (staged) this.state.accept(staged);
    for (const each of this.told?.keys() ?? []) if (each <= serial) this.told!.delete(each);
  }
}
