// Instance. Owns: one object of a user's class in its thread, and what of its state was told to the silo.
//   I1. `serial` numbers what was told; a verdict on a serial is a verdict on all before it.
//   I2. `epoch` counts the verdicts: the silo sees by it whether what was told is told against the state that it knows.
import type { ClassMetadata } from '../../decorators/index.js';
import type { EntityId } from '../../protocol/actor-id.js';
import type { Codec } from '../../protocol/codec/index.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';
import type { FieldTracker } from '../state-tracker.js';
import { ROLLED_BACK, type ToldChanges, type Verdict } from '../thread-messages.js';
import { errorToWire } from '../wire-value.js';

const NONE: readonly unknown[] = [];

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

  strayed(): readonly string[] {
    return this.state.strayed();
  }

  undo(): void {
    this.state.rollback();
  }

  /** What differs from the last accepted state: the epoch alone when nothing does. */
  tell(strays?: ToldChanges): number | ToldChanges {
    let staged: StagedChanges;
    try {
      staged = this.state.stage();
    } catch (error) {
      return { serial: 0, epoch: this.epoch, saved: NONE, lazy: NONE, manual: NONE, error: errorToWire(error, this.codec) };
    }
    if (staged.saved.size + staged.lazy.size + staged.manual.size === 0) return strays ? { serial: 0, epoch: this.epoch, saved: NONE, lazy: NONE, manual: NONE, strays } : this.epoch;
    (this.told ??= new Map()).set(++this.serial, staged);
    return { serial: this.serial, epoch: this.epoch, saved: flat(staged.saved), lazy: flat(staged.lazy), manual: flat(staged.manual), ...(strays && { strays }) };
  }

  /** What changed outside any turn, accepted at once. */
  takeStrays(): ToldChanges | undefined {
    if (this.state.strayed().length === 0) return undefined;
    const told = this.tell();
    if (typeof told === 'number' || told.error !== undefined) return undefined;
    this.acceptUpTo(told.serial);
    return told;
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

function flat(fields: ReadonlyMap<string, Uint8Array | undefined>): readonly unknown[] {
  if (fields.size === 0) return NONE;
  const list: unknown[] = [];
  for (const [name, value] of fields) list.push(name, value);
  return list;
}
