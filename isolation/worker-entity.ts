// WorkerEntity. Owns: the silo's side of one entity whose instance lives in a thread: what of its state is accepted, what was staged last.
//   W1. Verdicts travel ahead of the next thing that the instance does: it never sees that they were late.
//   W2. What a turn changed comes with its end. `stage` asks the thread only where something may have changed since.
//   W3. When its thread dies the instance is gone. The next turn finds a new one with the last accepted state; what was staged is lost, and
//       whoever holds the entity is told so.
//   W4. While a commit of what it staged is on its way, nobody knows what the last accepted state is: no new instance is made until the answer.
import type { EntityId } from '../protocol/actor-id.js';
import type { SavedFields } from '../protocol/ports/state-store.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { ClassMetadata } from '../decorators/index.js';
import type { EntityRuntime } from '../sdk/context/entity-runtime.js';
import { runInTurn, type TurnInfo } from '../sdk/context/turn-scope.js';
import type { ComponentThread } from './component-thread.js';
import type { Hosted, HostedWatch, HostSpec, TurnEnd } from './host.js';
import { mirrorOf } from './mirror.js';
import type { Run } from './thread-turns.js';
import { CREATE, DISPOSE, FIRES, FRESH, MIRROR, READS, ROLLED_BACK, SETTLE, type Mirror, type ThreadChanges, type Verdict } from './thread-messages.js';

const NO_CHANGES = new Map<string, Uint8Array>();
const NOTHING: StagedChanges = { saved: NO_CHANGES, lazy: NO_CHANGES, manual: NO_CHANGES };
const NOBODY: readonly string[] = [];

export class WorkerEntity implements Hosted {
  readonly isApart = true;
  readonly id: EntityId;
  readonly runtime: EntityRuntime;
  watch: HostedWatch | undefined;
  /** Turns on it that have not ended. */
  openRuns = 0;
  /** Ends what the instance's timers are on the silo; gone with the instance. */
  timers: Map<number, () => void> | undefined;
  private readonly metadata: ClassMetadata;
  private known: SavedFields;
  /** Of the thread in which the instance lives; 0 before there is one. */
  private generation = 0;
  private epoch = 0;
  private verdicts: Verdict[] | undefined;
  private staged: ThreadChanges | undefined;
  private stageFailure: Error | undefined;
  private mayDiffer = false;
  /** A turn that ended had changed something, and there was no verdict on it. */
  private hasChanged = false;
  private isDisposed = false;
  /** On their way to the store. */
  private commits = 0;
  private heldBack: Run[] | undefined;
  /** What the instance's context answers at once. */
  private mirrored: Mirror = '';
  /** Of the set, as the last turn was shown it. */
  private mirroredVersion = 0;

  constructor(private readonly thread: ComponentThread, readonly instance: number, { id, metadata, fields, runtime }: HostSpec) {
    this.id = id;
    this.metadata = metadata;
    this.runtime = runtime;
    this.known = fields;
  }

  /** Resolves when the constructor has run, or the thread died of it; rejects with what it threw. `undefined`: the thread is away, and nobody waits for it. */
  construct(): Promise<void> | undefined {
    if (this.thread.isAway) return undefined;
    this.beCreated();
    return this.thread.constructed(this);
  }

  perform(method: string, args: readonly unknown[], turn: TurnInfo, end: TurnEnd): void {
    this.thread.run({ entity: this, method, args, turn, flags: 0, end, hasSaid: false });
  }

  run(method: string, args: readonly unknown[], turn: TurnInfo): Promise<unknown> {
    return this.promise(method, args, turn, 0);
  }

  /** A timer of the instance is due. */
  fire(timer: number, elapsedMs: unknown, turn: TurnInfo): Promise<unknown> {
    return this.promise('', [timer, elapsedMs], turn, FIRES);
  }

  has(hook: string): boolean {
    return this.metadata.hooks.has(hook as never);
  }

  stage(): StagedChanges | Promise<StagedChanges> {
    if (this.generation !== this.thread.generation) return NOTHING;
    if (this.mayDiffer) return this.thread.stage(this);
    if (this.stageFailure) throw this.stageFailure;
    return this.staged ?? NOTHING;
  }

  accept(staged: StagedChanges): void {
    if (staged === NOTHING) return;
    const { serial } = staged as ThreadChanges;
    this.adopt(staged);
    if (this.staged === staged) {
      this.staged = undefined;
      this.hasChanged = false;
      this.mayDiffer = this.openRuns > 0;
    } else {
      this.mayDiffer = true;
    }
    this.settle(serial);
  }

  rollback(): void {
    this.staged = this.stageFailure = undefined;
    this.hasChanged = false;
    this.mayDiffer = this.openRuns > 0;
    this.settle(ROLLED_BACK);
  }

  strayed(): readonly string[] {
    return NOBODY;
  }

  capture(): SavedFields {
    return this.known;
  }

  /** W4. */
  awaitCommit(): () => void {
    this.commits++;
    return () => {
      if (--this.commits > 0) return;
      const runs = this.heldBack;
      this.heldBack = undefined;
      for (const run of runs ?? []) this.thread.run(run);
    };
  }

  /** W4: the turn waits. */
  holdsBack(run: Run): boolean {
    if (this.commits === 0 || this.generation === this.thread.generation) return false;
    (this.heldBack ??= []).push(run);
    return true;
  }

  refresh(): void {
    if (this.generation !== this.thread.generation) return;
    const { mirrored } = this;
    if (this.mirror() !== mirrored) this.thread.write(MIRROR, this.instance, this.mirrored);
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.generation === this.thread.generation) this.thread.write(DISPOSE, this.instance);
    this.stopTimers();
    this.thread.forget(this);
  }

  /** A turn leaves for the thread: there is an instance there. Returns flags of `RUN`. */
  prepare(method: string, turn: TurnInfo): number {
    this.beCreated();
    if (this.runtime.setVersion !== this.mirroredVersion) this.showSet(turn);
    const isClean = this.openRuns === 0 && !this.staged && !this.mayDiffer;
    const reads = isClean && this.metadata.methods.get(method)?.readOnly === true;
    this.openRuns++;
    this.mayDiffer = true;
    return reads ? READS : isClean ? FRESH : 0;
  }

  /** A turn ended, and these are the changes since the last accepted state. */
  ended(changes: ThreadChanges | undefined, epoch: number, failure: Error | undefined): void {
    this.openRuns--;
    if (changes || failure) this.hasChanged = true;
    if (epoch !== this.epoch || this.openRuns > 0) return;
    this.staged = changes;
    this.stageFailure = failure;
    this.mayDiffer = false;
  }

  /** Takes what changed outside any turn: the thread has accepted it. */
  takeStrays(strays: ThreadChanges): void {
    this.adopt(strays);
    this.watch?.leftOver(strays);
  }

  /** W3. `hasSaid`: a turn that died with it had sent messages. */
  lost(error: Error, hasSaid: boolean): void {
    const hadStaged = this.staged !== undefined || this.hasChanged;
    this.hasChanged = false;
    this.openRuns = 0;
    this.staged = this.stageFailure = this.verdicts = undefined;
    this.mayDiffer = false;
    this.stopTimers();
    if (!this.isDisposed) this.watch?.lost(error, hadStaged || hasSaid);
  }

  /** Its thread lives again. */
  returned(): void {
    if (!this.isDisposed) this.watch?.returned();
  }

  takeVerdicts(): readonly Verdict[] | undefined {
    const { verdicts } = this;
    this.verdicts = undefined;
    return verdicts;
  }

  private promise(method: string, args: readonly unknown[], turn: TurnInfo, flags: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end: TurnEnd = (failed, value) => {
        // Whatever was thrown has become an error on its way.
        const error = value as Error;
        if (failed) reject(error);
        else resolve(value);
      };
      this.thread.run({ entity: this, method, args, turn, flags, end, hasSaid: false });
    });
  }

  /** As code of this turn sees it: a unit that changes the set sees its own changes. */
  private showSet(turn: TurnInfo): void {
    this.mirroredVersion = this.runtime.setVersion;
    runInTurn(turn, () => this.refresh());
  }

  private mirror(): Mirror {
    return (this.mirrored = mirrorOf(this.runtime));
  }

  private beCreated(): void {
    const { generation } = this.thread;
    if (this.generation === generation) return;
    this.generation = generation;
    this.epoch = 0;
    this.verdicts = undefined;
    const { type, key, component } = this.id;
    this.thread.write(CREATE, this.instance, type, key, component, this.metadata.name, this.known.size > 0 ? this.known : undefined, this.mirror(), this.thread.wireOf(this.runtime.args()));
  }

  private adopt(staged: StagedChanges): void {
    if (staged.saved.size + staged.lazy.size + staged.manual.size === 0) return;
    const known = new Map(this.known);
    for (const fields of [staged.saved, staged.lazy, staged.manual]) {
      for (const [name, value] of fields) {
        if (value === undefined) known.delete(name);
        else known.set(name, value);
      }
    }
    this.known = known;
  }

  /** W1. */
  private settle(verdict: Verdict): void {
    if (this.generation !== this.thread.generation) return;
    this.epoch++;
    (this.verdicts ??= []).push(verdict);
    // A turn that runs looks at its fields before the next message of its own accord.
    if (this.openRuns > 0) this.thread.write(SETTLE, this.instance, this.takeVerdicts());
  }

  private stopTimers(): void {
    for (const stop of this.timers?.values() ?? []) stop();
    this.timers = undefined;
  }
}
