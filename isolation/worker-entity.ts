// WorkerEntity. Owns: the silo's side of one entity whose instance lives in a thread: what of its state is accepted, what was staged last.
//   W1. Verdicts travel ahead of the next thing that the instance does: it never sees that they were late.
//   W2. What a turn changed comes with its end. `stage` asks the thread only where something may have changed since.
//   W3. When its thread dies the instance is gone. The next turn finds a new one with the last accepted state; what was staged is lost, and
//       whoever holds the entity is told so.
//   W4. While a commit of what it staged is on its way, nobody knows what the last accepted state is: no new instance is made until the answer.
//   W5. When its class was loaded anew its instance is dropped between turns, when nothing waits for a verdict; the next turn finds one of the new class.
//   W6. An instance that is made anew runs its `onActivate` before any other turn (`Waking`).
import type { SavedFields } from '../protocol/ports/state-store.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { ClassMetadata } from '../decorators/index.js';
import type { TurnInfo } from '../sdk/context/turn-scope.js';
import { CommitHold } from './commit-hold.js';
import type { ComponentThread } from './component-thread.js';
import { activationIsOver, promised, type Hosted, type HostedWatch, type HostSpec, type TurnEnd } from './host.js';
import { EntityMove } from './entity-move.js';
import { ThreadInstance } from './thread-instance.js';
import { Run } from './thread-turns.js';
import { withChanges } from './told-changes.js';
import { FIRST_HOOK, Waking } from './waking.js';
import { FIRES, FRESH, READS, ROLLED_BACK, type ThreadChanges, type Verdict } from './thread-messages.js';

const NOTHING: StagedChanges = { saved: new Map(), lazy: new Map(), manual: new Map() };

export class WorkerEntity extends ThreadInstance implements Hosted {
  readonly isApart = true;
  watch: HostedWatch | undefined;
  staged: ThreadChanges | undefined;
  stageFailure: Error | undefined;
  /** A turn may have changed fields that it has not told of. */
  mayDiffer = false;
  /** A turn that ended had changed something, and there was no verdict on it. */
  private hasChanged = false;
  isDisposed = false;
  /** W4. */
  private hold: CommitHold | undefined;
  /** W5: on its way. */
  move: EntityMove | undefined;
  /** W6: of classes that have the hook. */
  private waking: Waking | undefined;
  turnsBegun = 0;

  /** `threadOf`: where instances of a class live that took the place of this one's. */
  constructor(thread: ComponentThread, instance: number, spec: HostSpec, private readonly threadOf: (metadata: ClassMetadata) => ComponentThread) {
    super(thread, instance, spec);
    this.waking = this.newWaking();
  }

  /** Something differs from the last accepted state, as far as turns have told. */
  get isChanged(): boolean {
    return this.staged !== undefined || this.stageFailure !== undefined;
  }

  /**
   * Resolves when the constructor has run, or the thread died of it; rejects with what it threw. `undefined`: the thread is away, and nobody waits for it.
   * `isAdded`: waits for the thread, and rejects when that dies.
   */
  construct(isAdded = false): Promise<void> | undefined {
    if (this.thread.isAway && !isAdded) return undefined;
    return this.thread.construct(this.instance, isAdded, () => this.beCreated());
  }

  perform(method: string, args: readonly unknown[], turn: TurnInfo, end: TurnEnd): void {
    const run = new Run(this, method, args, turn, 0, end);
    if (method === FIRST_HOOK && this.waking) this.waking.perform(run);
    else this.begin(run);
  }

  run(method: string, args: readonly unknown[], turn: TurnInfo): Promise<unknown> {
    return promised((end) => this.perform(method, args, turn, end));
  }

  /** A timer of the instance is due. */
  fire(timer: number, elapsedMs: unknown, turn: TurnInfo): Promise<unknown> {
    return promised((end) => this.begin(new Run(this, '', [timer, elapsedMs], turn, FIRES, end)));
  }

  has(hook: string): boolean {
    return this.metadata.hooks.has(hook as never);
  }

  stage(): StagedChanges | Promise<StagedChanges> {
    if (!this.isThere) return NOTHING;
    if (this.mayDiffer) return this.thread.stage(this);
    if (this.stageFailure) throw this.stageFailure;
    return this.staged ?? NOTHING;
  }

  accept(staged: StagedChanges): void {
    this.waking?.accepted();
    if (staged === NOTHING) return;
    const { serial } = staged as ThreadChanges;
    this.known = withChanges(this.known, staged);
    if (this.staged === staged) this.becomeClean();
    else this.mayDiffer = true;
    this.settle(serial);
  }

  rollback(): void {
    this.becomeClean();
    this.settle(ROLLED_BACK);
    this.waking?.undone();
  }

  strayed(): readonly string[] {
    return [];
  }

  capture(): SavedFields {
    return this.known;
  }

  awaitCommit(): () => void {
    return (this.hold ??= new CommitHold()).begin((run) => this.begin(run));
  }

  /** W4, W6: the turn waits. */
  holdsBack(run: Run): boolean {
    return (!this.isThere && this.hold?.holds(run)) || this.waking?.holds(run) === true;
  }

  dispose(): void {
    this.isDisposed = true;
    this.move?.end();
    this.waking?.letGo();
    this.leaveThread();
    this.thread.forget(this);
  }

  /** A turn leaves for the thread: there is an instance there. Returns flags of `RUN`. */
  prepare(method: string, turn: TurnInfo): number {
    this.beCreated();
    this.showTo(turn);
    const isClean = this.openRuns === 0 && !this.staged && !this.mayDiffer;
    const reads = isClean && this.metadata.methods.get(method)?.readOnly === true;
    this.openRuns++;
    this.turnsBegun++;
    this.mayDiffer = true;
    return reads ? READS : isClean ? FRESH : 0;
  }

  /** A turn ended, and these are the changes since the last accepted state. */
  ended(changes: ThreadChanges | undefined, epoch: number, failure: Error | undefined): void {
    this.openRuns--;
    if (changes || failure) this.hasChanged = true;
    if (epoch === this.epoch && this.openRuns === 0) {
      this.staged = changes;
      this.stageFailure = failure;
      this.mayDiffer = false;
    }
    this.move?.tryNow();
  }

  /** W5. */
  renew(metadata: ClassMetadata): void {
    const earlier = this.move;
    this.move = new EntityMove(this, metadata, this.thread.parts.clock);
    this.move.tryNow();
    earlier?.end();
  }

  /** W5. Only what is neither busy nor differs. */
  moveTo(metadata: ClassMetadata): void {
    const { thread } = this;
    const { waking } = this;
    this.move = undefined;
    this.leaveThread();
    this.metadata = metadata;
    this.waking = this.newWaking();
    this.thread = this.threadOf(metadata);
    this.thread.adopt(this);
    thread.forget(this);
    this.watch?.moved(metadata);
    waking?.letGo();
  }

  /** The next turn finds a new instance, with the last accepted state. Only what nothing runs on. */
  drop(): void {
    if (this.isDisposed || this.openRuns > 0) return;
    this.leaveThread();
    this.becomeClean();
  }

  begin(run: Run): void {
    if (this.isDisposed) run.end(true, activationIsOver(this.id));
    else if (!this.move?.holds(run)) this.thread.run(run);
  }

  /** Takes what changed outside any turn: the thread has accepted it. */
  takeStrays(strays: ThreadChanges): void {
    this.known = withChanges(this.known, strays);
    this.watch?.leftOver(strays);
  }

  /** W3. `hasSaid`: a turn that died with it had sent messages. */
  lost(error: Error, hasSaid: boolean): void {
    const hadStaged = this.hasChanged;
    this.openRuns = 0;
    this.forgetVerdicts();
    this.becomeClean();
    this.timers.stop();
    if (this.isDisposed) return;
    this.watch?.lost(error, hadStaged || hasSaid);
    this.move?.tryNow();
  }

  /** Its thread lives again. */
  returned(): void {
    if (!this.isDisposed) this.watch?.returned();
  }

  private newWaking(): Waking | undefined {
    return this.metadata.hooks.has(FIRST_HOOK) ? new Waking(this) : undefined;
  }

  private becomeClean(): void {
    this.staged = this.stageFailure = undefined;
    this.hasChanged = false;
    this.mayDiffer = this.openRuns > 0;
  }

  private settle(verdict: Verdict): void {
    if (!this.isThere) return;
    this.tell(verdict);
    this.move?.tryNow();
  }
}
