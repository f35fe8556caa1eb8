// ComponentThread. Owns: the conversation with one thread of a component class, over its lives one after the other.
//   T1. Turns reach the thread in the order of their numbers; it writes down the number of the last one that began. When it dies, the turns that
//       had begun and not ended fail; the others surely did not run and go to its next life.
//   T2. `generation` rises at each death: instances of earlier ones are gone (W3).
//   T3. It comes back as the policy says; while it is degraded, turns fail at once.
//   T4. While the files that it would load are being exchanged it does not start: what it is given waits.
import type { ComponentCrashedError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import { abandonment, Comeback, stoppage, type Death } from './comeback.js';
import { unpackBatch, type PackedBatch } from './packed-batch.js';
import { PortBatch } from './port-batch.js';
import { answerRefused, type Waiting } from './refused-message.js';
import { ThreadAsks } from './thread-asks.js';
import type { Life, ThreadPlan } from './thread-life.js';
import { ASK, CREATED, DONE, HANDS_OVER, PING, PONG, READY, SAY, STAGE, STAGED, TO_SILO, TO_THREAD, UNASK, type Told } from './thread-messages.js';
import type { ThreadParts } from './thread-parts.js';
import { stateOf, type ThreadReport } from './thread-report.js';
import { ThreadTurns, type Run } from './thread-turns.js';
import { ThreadWishes } from './thread-wishes.js';
import { hearState, isFlat, readChanges, UNCHANGED } from './told-changes.js';
import { errorFromWire, tellHandOver, tellOutcome, toWire, type Wire } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

export class ComponentThread {
  generation = 1;
  private life: Life | undefined;
  private isStopped = false;
  private out: PortBatch;
  /** Written while there is no life. */
  private kept: PackedBatch[] = [];
  private readonly turns = new ThreadTurns();
  private readonly entities = new Map<number, WorkerEntity>();
  /** Of this life, or the one that comes. */
  private asks = new ThreadAsks();
  private wishes: ThreadWishes;
  private readonly comeback: Comeback;
  private readonly starting = (): void => this.start();

  constructor(private readonly plan: ThreadPlan, readonly parts: ThreadParts) {
    this.comeback = new Comeback(plan.name, parts, this.starting);
    this.out = this.newBatch();
    this.wishes = this.newWishes();
  }

  get isDegraded(): boolean {
    return this.comeback.isDegraded;
  }

  /** It died, and is not back yet. */
  get isAway(): boolean {
    return this.comeback.isComing;
  }

  private get refusal(): ComponentCrashedError {
    return this.isStopped ? stoppage(this.plan.name) : this.comeback.refusal();
  }

  get instances(): number {
    return this.entities.size;
  }

  adopt(entity: WorkerEntity): void {
    this.entities.set(entity.instance, entity);
    if (!this.life && !this.comeback.isComing) this.start();
  }

  forget(entity: WorkerEntity): void {
    this.entities.delete(entity.instance);
    if (entity.openRuns > 0) this.turns.failAll(abandonment(this.plan.name), entity);
    if (this.entities.size === 0) this.plan.onEmpty?.();
  }

  write(...message: readonly unknown[]): void {
    if (!this.isStopped) this.out.write(...message);
  }

  /** What most components have none of is nothing on its way. */
  wireOf(args: readonly unknown[]): Wire {
    return args.length === 0 ? undefined : toWire(args, this.parts.codec, 'args');
  }

  /** Resolves when the instance's constructor has run, or the thread died meanwhile; `isAdded`: then it rejects. */
  construct(instance: number, isAdded: boolean, create: () => void): Promise<void> {
    if (this.isStopped || this.isDegraded) return Promise.reject(this.refusal);
    if (!this.life) this.comeback.keepAlive();
    create();
    return this.asks.creation(instance, isAdded);
  }

  run(run: Run): void {
    if (this.isStopped || this.isDegraded) run.end(true, this.refusal);
    else {
      if (!this.life) this.comeback.keepAlive();
      if (!run.entity.holdsBack(run)) this.turns.open(run, this.out, this.parts.codec);
    }
  }

  stage(entity: WorkerEntity): Promise<StagedChanges> {
    return this.asks.open((ask) => this.write(STAGE, ask, entity.instance, entity.takeVerdicts()));
  }

  /** Looks whether a turn keeps the thread from anything else for too long. `lateMs`: so long nobody could look. */
  look(lateMs: number): void {
    this.life?.look(!this.turns.isEmpty || !this.asks.isEmpty, lateMs, (number) => this.write(PING, number));
  }

  report(): ThreadReport {
    const { comeback, plan, entities, turns } = this;
    const state = stateOf(this.isStopped, comeback.isDegraded, this.life?.isReady);
    return { component: plan.name, state, instances: entities.size, turns: turns.size, crashes: comeback.crashes, lastError: comeback.lastError?.message };
  }

  /** What its files hold by now is what the silo runs. */
  filesLoad(): void {
    this.comeback.filesLoad();
  }

  kill(reason: Error): void {
    this.life?.kill(reason);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.comeback.stop();
    this.asks.fail(this.refusal);
    this.turns.failAll(abandonment(this.plan.name));
    await this.life?.end();
  }

  private start(): void {
    if (this.isStopped || this.life || this.parts.gate?.holdsBack(this.starting)) return;
    try {
      const life: Life = this.parts.begin(this.plan, this.parts, {
        heard: (batch) => this.read(batch),
        died: (thrown, exitCode) => this.died(life.lastBegun, { thrown, exitCode, isEarly: !life.isReady }),
      });
      this.life = life;
    } catch (error) {
      // The system has no thread left, say: that is a death like others.
      return this.died(0, { thrown: error, exitCode: undefined, isEarly: false });
    }
    this.comeback.letGo();
    for (const batch of this.kept.splice(0)) this.out.send(batch);
    if (this.generation > 1) for (const entity of [...this.entities.values()]) entity.returned();
  }

  private newBatch(): PortBatch {
    const { generation } = this;
    const port = {
      postMessage: (batch: PackedBatch): void => {
        // What was written for an instance that is gone by now concerns nobody.
        if (generation !== this.generation) return;
        if (this.life) this.life.post(batch);
        else this.kept.push(batch);
      },
    };
    return new PortBatch(port, TO_THREAD, (message, error) => answerRefused(message, error, this.waiting));
  }

  private get waiting(): Waiting {
    const { plan: { name }, parts: { codec, log }, turns, asks, entities } = this;
    return { name, codec, log, turns, asks, entities };
  }

  private newWishes(): ThreadWishes {
    return new ThreadWishes(this, this.waiting);
  }

  private read(batch: PackedBatch): void {
    const { life } = this;
    try {
      const spoken = this.readAll(unpackBatch(batch), life);
      if (spoken > 0) life?.acknowledge(spoken);
    } catch (error) {
      // Nobody knows what else it said: whoever waits for it is told.
      life?.kill(new Error(`it said what cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error }));
    }
  }

  /** How many of them spoke of their own accord. What is left says nothing once its thread is dead. */
  private readAll(batch: readonly unknown[], life: Life | undefined): number {
    let spoken = 0;
    for (let at = 0; at < batch.length && this.life === life; at += 1 + TO_SILO[batch[at] as number]!) {
      const code = batch[at] as number;
      if (code === DONE) this.done(batch[at + 1] as number, batch[at + 2] as number, batch[at + 3], batch[at + 4] as Told);
      else this.hear(code, batch, at + 1);
      if (code === SAY || code === ASK) spoken++;
    }
    return spoken;
  }

  private hear(code: number, batch: readonly unknown[], at: number): void {
    const { codec } = this.parts;
    const first = batch[at] as number;
    if (code === CREATED) this.asks.created(first, batch[at + 1] === undefined ? undefined : errorFromWire(batch[at + 1], codec));
    else if (code === STAGED) this.staged(first, batch[at + 1] as Told);
    else if (code === ASK) this.wishes.asked(first, batch[at + 1] as number, batch[at + 2] as number, batch[at + 3] as string, batch[at + 4]);
    else if (code === SAY) this.wishes.said(first, batch[at + 1] as number, batch[at + 2] as string, batch[at + 3]);
    else if (code === UNASK) this.wishes.cancel(first);
    else if (code === PONG) this.life?.answered(first);
    else if (code === READY) this.ready(batch[at]);
  }

  private ready(failure: Wire): void {
    if (failure !== undefined) this.life!.kill(errorFromWire(failure, this.parts.codec));
    else this.life!.ready();
  }

  private done(turn: number, how: number, value: Wire, told: Told): void {
    // Closed first: an entity that is idle by its end may move, and its thread end with what is open.
    const run = this.turns.close(turn);
    if (!run) return;
    hearState(run, told, this.parts.codec);
    this.comeback.worked();
    if (how === HANDS_OVER) tellHandOver(run, value, this.parts.codec);
    else tellOutcome(run.end, how === 1, value, this.parts.codec);
  }

  private staged(ask: number, told: Told): void {
    const { codec } = this.parts;
    if (isFlat(told)) this.asks.close(ask, true, readChanges(told, codec));
    else if (typeof told === 'object' && told.error !== undefined) this.asks.close(ask, false, errorFromWire(told.error, codec));
    else this.asks.close(ask, true, UNCHANGED);
  }

  /** T1, T2, T3. */
  private died(lastBegun: number, death: Death): void {
    if (this.isStopped) return;
    const { asks, wishes } = this;
    this.life = undefined;
    this.generation++;
    this.out = this.newBatch();
    this.kept = [];
    // What is asked from now on is asked of the next life.
    this.asks = new ThreadAsks();
    this.wishes = this.newWishes();
    const error = this.comeback.died(death, this.plan.refusal?.());
    const waiting = this.turns.died(lastBegun, error);
    for (const entity of [...this.entities.values()]) entity.lost(error, this.turns.diedHavingSaid(entity));
    for (const run of waiting) run.entity.begin(run);
    // At last: what is given up lets others begin at once.
    wishes.died(error);
    asks.died(error);
  }
}
