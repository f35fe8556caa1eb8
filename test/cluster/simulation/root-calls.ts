// RootCalls. Owns: the calls that are made from outside in one run, and what their callers hear.
import { TroupeError } from '../../../sdk/index.js';
import type { SeededRandom } from '../../../silo/testing/seeded-random.js';
import type { TestCluster, TestSilo } from '../../../silo/testing/index.js';
import { classOf, perform, PlannedFailure, Subject } from './actors.js';
import type { History, Reply } from './history.js';
import { ProgramMaker, QUIET, simple, type Program } from './program.js';

const ROOTS = 40;
/** So long after its last beat, a silo's death is known to all that reach the store. */
const KNOWN_DEAD_MS = 2800;
/** Beyond its deadline, a call that is not settled yet hangs. */
const GRACE_MS = 60;

export class RootCalls {
  readonly open: string[] = [];
  readonly errors = new Map<string, number>();
  failed = 0;
  private waiting = 0;
  private made = 0;
  private readonly programs: ProgramMaker;
  private readonly results = new Map<string, string>();

  constructor(private readonly cluster: TestCluster, private readonly history: History, private readonly random: SeededRandom) {
    this.programs = new ProgramMaker(random);
  }

  get areOver(): boolean {
    return this.waiting === 0 && this.open.length === 0;
  }

  plan(spanMs: number): void {
    const { random } = this;
    for (let n = 0; n < ROOTS; n++) {
      const program = this.programs.make();
      const atMs = random.below(spanMs);
      // A call with a key is made again, as after a lost answer: at once, or when somebody else may have the actor.
      const times = program.isKeyed ? 2 + random.below(2) : 1;
      for (let again = 0; again < times; again++) this.planOne(program, again === 0 ? atMs : atMs + random.below(random.chance(0.5) ? 50 : 4000));
    }
    for (const actor of QUIET) this.makeAt(random.below(500), () => this.someSilo(), simple(`first-${actor}`, actor, 'write'));
    for (let n = 0; n < 4; n++) this.cluster.clock.setTimer(() => this.moveOne(), random.below(spanMs));
  }

  /** While a silo does not reach the store, it is asked for actors that it has, to write and to read, when others may have taken them over. */
  goAround(silo: TestSilo, ms: number): void {
    this.askZombie(silo, ms, ms * 0.95);
    for (const actor of keysOf(silo).filter((key) => !isQuiet(key))) {
      const id = `around${++this.made}-${actor}`;
      // A write that waits for the store keeps reads waiting.
      if (this.random.chance(0.5)) this.makeAt(ms * 0.2, () => silo, simple(`${id}-late`, actor, 'write'));
      for (const at of [0.6, 0.8]) this.makeAt(ms * at, () => this.someSilo(silo), simple(`${id}-elsewhere${at}`, actor, 'write'));
      this.makeAt(ms * 0.95, () => silo, simple(`${id}-read`, actor, 'read'));
    }
  }

  /** Its quiet actors are written to elsewhere when others may have taken them over, and read through it when it may not know of that. */
  askZombie(silo: TestSilo, ms: number, readMs: number): void {
    if (KNOWN_DEAD_MS >= ms) return;
    for (const actor of keysOf(silo).filter(isQuiet)) {
      const id = `zombie${++this.made}-${actor}`;
      this.makeAt(KNOWN_DEAD_MS, () => this.someSilo(silo), simple(`${id}-elsewhere`, actor, 'write'));
      for (const does of ['read', 'strict'] as const) this.makeAt(readMs, () => silo, simple(`${id}-${does}`, actor, does));
    }
  }

  private makeAt(ms: number, silo: () => TestSilo | undefined, program: Program): void {
    this.cluster.clock.setTimer(() => this.makeIf(silo(), program), ms);
  }

  private makeIf(silo: TestSilo | undefined, program: Program): void {
    if (silo?.isUp && !silo.isFrozen) this.make(program, silo, 8000);
  }

  private planOne(program: Program, atMs: number): void {
    this.waiting++;
    const timeout = this.random.chance(0.25) ? 50 + this.random.below(1500) : 6000 + this.random.below(6000);
    this.cluster.clock.setTimer(() => {
      this.waiting--;
      const silo = this.someSilo();
      if (silo) this.make(program, silo, timeout);
    }, atMs);
  }

  private make(program: Program, silo: TestSilo, timeout: number): void {
    const { history, cluster: { clock } } = this;
    const what = `call ${++this.made} (${program.id} through ${silo.name} at ${clock.monotonicMs()})`;
    const floor = program.does === 'write' ? 0 : history.floor(program.actor, program.does === 'strict');
    this.open.push(what);
    const settled = (): void => void this.open.splice(this.open.indexOf(what), 1);
    clock.setTimer(() => this.mustBeOver(what, silo), timeout + GRACE_MS);
    perform(silo.actor(classOf(program.actor), program.actor), program, program.id, [], { timeout }).then((reply) => {
      settled();
      this.hear(program, what, reply, floor);
    }, (error: unknown) => {
      settled();
      this.fail(what, error);
    });
  }

  private hear(program: Program, what: string, reply: Reply, floor: number): void {
    const { history } = this;
    if (program.fails) history.complain(`${what} succeeded, and always throws`);
    history.acknowledge(reply);
    if (program.does !== 'write') history.read(what, reply, floor);
    if (!program.isKeyed) return;
    const result = JSON.stringify(reply);
    const earlier = this.results.get(program.id) ?? result;
    if (earlier !== result) history.complain(`${what}: answered ${result} under a key that was answered ${earlier} before (P7)`);
    this.results.set(program.id, earlier);
  }

  private fail(what: string, error: unknown): void {
    this.failed++;
    const name = (error as Error).name;
    this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
    if (!(error instanceof TroupeError || error instanceof PlannedFailure)) this.history.complain(`${what} failed with what is no error of Troupe's: ${String(error)}`);
  }

  /** A frozen process hears nothing: its callers have their answers when it runs again. */
  private mustBeOver(what: string, silo: TestSilo, wasFrozen = false): void {
    if (!this.open.includes(what)) return;
    const isFrozen = silo.isFrozen && silo.isUp;
    // One that has just been woken has its time, too.
    if (isFrozen || wasFrozen) this.cluster.clock.setTimer(() => this.mustBeOver(what, silo, isFrozen), GRACE_MS);
    else this.history.complain(`${what} hangs past its deadline`);
  }

  /** An actor is put to sleep, and comes back where placement says. */
  private moveOne(): void {
    const silo = this.someSilo();
    const actor = this.programs.make().actor;
    silo?.actor(Subject, actor).manage.deactivate().catch((error: unknown) => {
      if (!(error instanceof TroupeError)) this.history.complain(`deactivate: ${String(error)}`);
    });
  }

  private someSilo(except?: TestSilo): TestSilo | undefined {
    const up = this.cluster.silos.filter((silo) => silo !== except && silo.isUp && !silo.isFrozen);
    return up.length > 0 ? this.random.pick(up) : undefined;
  }
}

function keysOf(silo: TestSilo): readonly string[] {
  return silo.activations().map((name) => name.slice(name.indexOf('/') + 1));
}

function isQuiet(actor: string): boolean {
  return (QUIET as readonly string[]).includes(actor);
}
