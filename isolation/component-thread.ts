// ComponentThread. Owns: the conversation with one thread of a component class, over its lives one after the other.
//   T1. Turns reach the thread in the order of their numbers; it writes down the number of the last one that began. When it dies, the turns that
//       had begun and not ended fail; the others surely did not run and go to its next life.
//   T2. `generation` rises at each death: instances of earlier ones are gone (W3).
//   T3. It comes back as the policy says; while it is degraded, turns fail at once.
//   T4. While the files that it would load are being exchanged it does not start: what it is given waits.
import type { Codec } from '../protocol/codec/index.js';
import { ComponentCrashedError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { AskSignal } from './ask-signal.js';
import { Comeback, type ComebackParts } from './comeback.js';
import { PortBatch } from './port-batch.js';
import { ThreadAsks } from './thread-asks.js';
import type { BeginLife, Life, ThreadPlan } from './thread-life.js';
import { ANSWER, ASK, CREATED, DONE, EPOCH, PING, PONG, READY, SAY, STAGE, STAGED, TO_SILO, TO_THREAD, UNASK, type Told } from './thread-messages.js';
import type { ThreadReport } from './thread-report.js';
import { serve } from './thread-services.js';
import { ThreadTurns, type Run } from './thread-turns.js';
import { isFlat, readChanges, UNCHANGED } from './told-changes.js';
import { errorFromWire, errorToWire, fromWire, toWire, type Wire } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

/** What all threads of a silo share. */
export interface ThreadParts extends ComebackParts {
  readonly codec: Codec;
  readonly begin: BeginLife;
  /** The silo's root for temporary directories; throws when there is none. */
  readonly scratchRoot: () => string;
}

export class ComponentThread {
  generation = 1;
  private life: Life | undefined;
  private isStopped = false;
  private out: PortBatch;
  /** Written while there is no life. */
  private kept: unknown[][] = [];
  private readonly turns = new ThreadTurns();
  private readonly asks = new ThreadAsks();
  private readonly entities = new Map<number, WorkerEntity>();
  private readonly comeback: Comeback;
  private readonly starting = (): void => this.start();

  constructor(private readonly plan: ThreadPlan, readonly parts: ThreadParts) {
    this.comeback = new Comeback(plan.name, parts, this.starting);
    this.out = this.newBatch();
  }

  get isDegraded(): boolean {
    return this.comeback.isDegraded;
  }

  /** It died, and is not back yet. */
  get isAway(): boolean {
    return this.comeback.isComing;
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
    if (this.entities.size === 0) this.plan.onEmpty?.();
  }

  write(...message: readonly unknown[]): void {
    if (!this.isStopped) this.out.write(...message);
  }

  /** What most components have none of is nothing on its way. */
  wireOf(args: readonly unknown[]): Wire {
    return args.length === 0 ? undefined : toWire(args, this.parts.codec, 'args');
  }

  /** Resolves when the entity's constructor has run, or the thread died meanwhile. */
  constructed(entity: WorkerEntity): Promise<void> {
    return this.asks.creation(entity.instance);
  }

  run(run: Run): void {
    if (this.isStopped || this.isDegraded) run.end(true, this.refusal());
    else if (!run.entity.holdsBack(run)) this.turns.open(run, this.out, this.parts.codec);
  }

  stage(entity: WorkerEntity): Promise<StagedChanges> {
    return this.asks.open((ask) => this.write(STAGE, ask, entity.instance, entity.takeVerdicts()));
  }

  /** Looks whether a turn keeps the thread from anything else for too long. `isLate`: nobody could look meanwhile. */
  look(isLate: boolean): void {
    this.life?.look(!this.turns.isEmpty || !this.asks.isEmpty, isLate, (number) => this.write(PING, number));
  }

  report(): ThreadReport {
    const { life, comeback } = this;
    const state = this.isStopped ? 'stopped' : comeback.isDegraded ? 'degraded' : !life ? 'waiting' : life.isReady ? 'running' : 'starting';
    return {
      component: this.plan.name, state, instances: this.entities.size, turns: this.turns.size, crashes: comeback.crashes, lastError: comeback.lastError?.message,
    };
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.comeback.stop();
    const error = this.refusal();
    this.asks.fail(error);
    this.turns.failAll(error);
    await this.life?.end();
  }

  private start(): void {
    if (this.isStopped || this.life || this.parts.gate?.holdsBack(this.starting)) return;
    const life: Life = this.parts.begin(this.plan, this.parts, {
      heard: (batch) => this.read(batch),
      died: (thrown, exitCode) => this.died(life, thrown, exitCode),
    });
    this.life = life;
    for (const batch of this.kept.splice(0)) this.out.send(batch);
    if (this.generation > 1) for (const entity of [...this.entities.values()]) entity.returned();
  }

  private newBatch(): PortBatch {
    const { generation } = this;
    const port = {
      postMessage: (batch: unknown[]): void => {
        // What was written for an instance that is gone by now concerns nobody.
        if (generation !== this.generation) return;
        if (this.life) this.life.post(batch);
        else this.kept.push(batch);
      },
    };
    return new PortBatch(port, TO_THREAD, (message, error) => this.turns.refused(message, error));
  }

  private read(batch: readonly unknown[]): void {
    for (let at = 0; at < batch.length; at += 1 + TO_SILO[batch[at] as number]!) {
      if (batch[at] === DONE) this.done(batch[at + 1] as number, batch[at + 2] === 1, batch[at + 3], batch[at + 4] as Told);
      else this.hear(batch[at] as number, batch, at + 1);
    }
  }

  private hear(code: number, batch: readonly unknown[], at: number): void {
    const { codec } = this.parts;
    const first = batch[at] as number;
    if (code === CREATED) this.asks.created(first, batch[at + 1] === undefined ? undefined : errorFromWire(batch[at + 1], codec));
    else if (code === STAGED) this.staged(first, batch[at + 1] as Told);
    else if (code === ASK) this.asked(first, batch[at + 1] as number, batch[at + 2] as number, batch[at + 3] as string, batch[at + 4]);
    else if (code === SAY) this.said(first, batch[at + 1] as number, batch[at + 2] as string, batch[at + 3]);
    else if (code === UNASK) this.asks.cancel(first);
    else if (code === PONG) this.life?.answered(first);
    else if (code === READY) this.ready(batch[at]);
  }

  private ready(failure: Wire): void {
    if (failure !== undefined) this.life!.kill(errorFromWire(failure, this.parts.codec));
    else this.life!.ready();
  }

  private done(turn: number, isWell: boolean, value: Wire, told: Told): void {
    const run = this.turns.close(turn);
    if (!run) return;
    const { codec } = this.parts;
    this.hearState(run.entity, told);
    this.comeback.worked();
    run.end(!isWell, isWell ? fromWire(value, codec) : errorFromWire(value, codec));
  }

  private hearState(entity: WorkerEntity, told: Told): void {
    const { codec } = this.parts;
    if (typeof told === 'number') return entity.ended(undefined, told, undefined);
    if (isFlat(told)) return entity.ended(readChanges(told, codec), told[EPOCH] as number, undefined);
    if (told.strays) entity.takeStrays(readChanges(told.strays, codec));
    entity.ended(told.changes && readChanges(told.changes, codec), told.epoch, told.error === undefined ? undefined : errorFromWire(told.error, codec));
  }

  private staged(ask: number, told: Told): void {
    const { codec } = this.parts;
    if (isFlat(told)) this.asks.close(ask, true, readChanges(told, codec));
    else if (typeof told === 'object' && told.error !== undefined) this.asks.close(ask, false, errorFromWire(told.error, codec));
    else this.asks.close(ask, true, UNCHANGED);
  }

  private asked(ask: number, turn: number, instance: number, verb: string, wire: Wire): void {
    const { codec } = this.parts;
    const { generation } = this;
    const answer = (isWell: boolean, value: unknown): void => {
      this.asks.forgetSignal(ask);
      if (generation === this.generation) this.write(ANSWER, ask, isWell ? 1 : 0, isWell ? toWire(value, codec, 'result') : errorToWire(value, codec));
    };
    try {
      Promise.resolve(this.serve(turn, instance, verb, wire, this.asks.signal(ask))).then((value) => answer(true, value)).catch((error: unknown) => answer(false, error));
    } catch (error) {
      answer(false, error);
    }
  }

  private said(turn: number, instance: number, verb: string, wire: Wire): void {
    const failed = (error: unknown): void => this.parts.log.error({ err: error, component: this.plan.name, verb }, 'what a component asked for could not be done');
    try {
      const result = this.serve(turn, instance, verb, wire, undefined);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  private serve(turn: number, instance: number, verb: string, wire: Wire, signal: (() => AskSignal) | undefined): unknown {
    // Code outside any turn does not say whose it is.
    const entity = instance === 0 ? this.entities.values().next().value : this.entities.get(instance);
    if (!entity) throw new ComponentCrashedError(`${this.plan.name}: the instance is gone`, { component: this.plan.name });
    return serve({ entity, run: this.turns.get(turn), turnNumber: turn, verb, args: fromWire(wire, this.parts.codec) as readonly unknown[], signal, thread: this });
  }

  /** T1, T2, T3. */
  private died(life: Life, thrown: unknown, exitCode: number | undefined): void {
    if (this.isStopped) return;
    this.life = undefined;
    this.generation++;
    this.out = this.newBatch();
    this.kept = [];
    const error = this.comeback.died(thrown, exitCode);
    const waiting = this.turns.died(life.lastBegun, error);
    for (const entity of [...this.entities.values()]) entity.lost(error, this.turns.diedHavingSaid(entity));
    for (const run of waiting) run.entity.begin(run);
    // At last: what is given up lets others begin at once.
    this.asks.died(error);
  }

  private refusal(): ComponentCrashedError {
    const { name } = this.plan;
    return this.isStopped ? new ComponentCrashedError(`${name}: its thread was stopped with the silo; the call did not run`, { component: name }) : this.comeback.refusal();
  }
}
