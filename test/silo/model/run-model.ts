// One run of the random model: calls, faults and ends by chance from a seed, then everything that must hold.
import { actorMetadata } from '../../../decorators/index.js';
import { CallTimeoutError, type Handle } from '../../../sdk/index.js';
import { VirtualClock } from '../../../silo/testing/virtual-clock.js';
import { PretendedThreads } from '../../isolation/pretended-threads.js';
import { memorySilo, type TestSilo } from '../../support/memory-silo.js';
import { call, MODELS, type Model, type Vault } from './actors.js';
import { checkState, type ActorState, type RootCall } from './check.js';
import { FaultyStore } from './faulty-store.js';
import { ACTORS, ProgramMaker } from './program.js';
import { Random } from './random.js';
import { current, Witness } from './witness.js';

/** Modes whose code runs in threads. */
const THREADED = /^(thread|apart)/;
/** Below the number that degrades a component, which would refuse everything for longer than a run takes. */
const KILLS = 3;
const ROOTS = 24;
const SPAN_MS = 400;
const LIMIT_MS = 120_000;
const STEP_MS = 250;
const PATIENCE_MS = 5000;

export type StoreMaker = new (clock: VirtualClock, random: Random, fences: boolean) => FaultyStore;

export interface ModelResult {
  readonly violations: readonly string[];
  readonly counts: FaultyStore['counts'];
  readonly acknowledged: number;
  readonly kills: number;
}

/** `mayMeet`: the calls that a turn makes at once may be for one actor, and some turns do not wait for them. Then only what ends is checked, and when. */
export async function runModel(seed: number, Store: StoreMaker = FaultyStore, mode: keyof typeof MODELS = 'chain', mayMeet = false): Promise<ModelResult> {
  const random = new Random(seed);
  const clock = new VirtualClock();
  const fences = random.chance(0.6);
  const store = new Store(clock, random, fences);
  const overlaps = mode.endsWith('all') || mode.endsWith('interleave');
  const witness = (current.witness = new Witness(clock, overlaps));
  const modules = [MODELS[mode]];
  // Two threads of one silo, or of both, and their deaths.
  const pretended = new PretendedThreads(modules, (instances) => witness.killed(instances));
  const threads = { files: { urls: [], loadable: new Set([...modules, ...componentsOf(modules)]) }, threads: { begin: pretended.begin, clock }, random: () => 0.5 };
  const silo = memorySilo(modules, { clock, store, ...threads });
  // A second silo that believes the first one dead: each takes actors from the other in the midst of their turns.
  const rival = fences ? memorySilo(modules, { clock, store, ...threads }) : silo;
  const somewhere = (index: number): Handle<Model> => modelOf(random.chance(0.15) ? rival : silo, index);
  const roots = startRoots(new ProgramMaker(random, mode.endsWith('interleave'), mayMeet), random, clock, somewhere);
  for (let i = 0; i < 10; i++) {
    const actor = somewhere(random.below(ACTORS));
    clock.setTimer(() => void actor.manage.deactivate().catch((error: unknown) => witness.violations.push(`deactivate: ${String(error)}`)), random.below(SPAN_MS));
  }
  let kills = 0;
  const killOne = (): void => {
    const alive = [...pretended.alive];
    if (alive.length === 0) return;
    kills++;
    random.pick(alive).kill(new Error('killed by the model'));
  };
  if (THREADED.test(mode)) for (let i = 0; i < KILLS; i++) clock.setTimer(killOne, random.below(SPAN_MS));
  const isOver = (): boolean => roots.every(({ outcome }) => outcome !== undefined) && witness.running.length === 0;
  for (let now = 0; now < SPAN_MS || (!isOver() && now < LIMIT_MS); now += STEP_MS) await clock.advance(STEP_MS);
  if (!isOver()) witness.violations.push(`never settled: ${roots.filter(({ outcome }) => !outcome).map(({ program }) => program.id).join()}; running ${witness.running.length}`);
  store.isFaulty = false;
  if (fences) await within(clock, 'the stop of the rival', rival.runtime.stop());
  await settleEvents(clock, store, (index) => modelOf(silo, index));
  await within(clock, 'the stop', silo.runtime.stop());
  if (!mayMeet) checkState({ roots, witness, state: await readState(store), fences, overlaps });
  return {
    violations: [...witness.violations, ...store.violations],
    counts: store.counts,
    kills,
    acknowledged: roots.filter(({ outcome }) => outcome?.ok).length,
  };
}

function componentsOf(modules: readonly object[]): readonly object[] {
  return modules.flatMap((Class) => actorMetadata(Class)!.components().map(({ target }) => target));
}

function modelOf(silo: TestSilo, index: number): Handle<Model> {
  return silo.runtime.actor('model', `m${index}`) as Handle<Model>;
}

function startRoots(programs: ProgramMaker, random: Random, clock: VirtualClock, actor: (index: number) => Handle<Model>): RootCall[] {
  const roots: RootCall[] = [];
  for (let i = 0; i < ROOTS; i++) {
    const program = programs.make();
    const idempotencyKey = program.writes && random.chance(0.25) ? program.id : undefined;
    // A call with a key is repeated, as after a lost answer.
    for (let n = 0; n < (idempotencyKey === undefined ? 1 : 2); n++) {
      const controller = new AbortController();
      if (random.chance(0.1)) clock.setTimer(() => controller.abort(), random.below(SPAN_MS));
      const isImpatient = random.chance(0.2);
      const timeout = isImpatient ? 20 + random.below(200) : 60_000;
      const root: RootCall = { program, isImpatient, outcome: undefined };
      roots.push(root);
      if (idempotencyKey !== undefined) current.witness.keyed.add(program.id);
      clock.setTimer(() => {
        call(actor(program.actor), program, program.id, { timeout, signal: controller.signal, idempotencyKey }).then(
          (value) => (root.outcome = { ok: true, value }),
          (error: unknown) => {
            root.outcome = { ok: false, error };
            // Everything ends in a second or two: who waited as long as that waited for himself.
            if (!isImpatient && error instanceof CallTimeoutError) current.witness.violations.push(`${program.id}: a circle that nobody found`);
          },
        );
      }, random.below(SPAN_MS));
    }
  }
  return roots;
}

async function settleEvents(clock: VirtualClock, store: FaultyStore, actor: (index: number) => Handle<Model>): Promise<void> {
  for (let index = 0; index < ACTORS; index++) {
    // A silo that was fenced and does not know it yet would not see what is left.
    await within(clock, `m${index}.deactivate`, actor(index).manage.deactivate());
    await within(clock, `m${index}.state`, actor(index).state());
    const outbox = () => store.outbox({ type: 'model', key: `m${index}` }, 1000);
    for (let tries = 0; tries < 20 && (await outbox()).length > 0; tries++) await clock.advance(STEP_MS);
    const left = await outbox();
    if (left.length > 0) current.witness.violations.push(`m${index}: ${left.length} events are left`);
  }
}

/** Lets time pass until the promise settles. */
async function within<T>(clock: VirtualClock, what: string, promise: Promise<T>): Promise<void> {
  let isSettled = false;
  const settle = (): void => void (isSettled = true);
  promise.then(settle, settle);
  const startMs = clock.monotonicMs();
  do await clock.advance(STEP_MS);
  while (!isSettled && clock.monotonicMs() < startMs + LIMIT_MS);
  if (!isSettled) current.witness.violations.push(`${what} hangs`);
  else if (clock.monotonicMs() > startMs + PATIENCE_MS) current.witness.violations.push(`${what} took ${clock.monotonicMs() - startMs} ms`);
}

/** What is saved, as the next silo finds it. */
async function readState(store: FaultyStore): Promise<ActorState[]> {
  const silo = memorySilo([MODELS.chain], { clock: new VirtualClock(), store });
  const state: ActorState[] = [];
  for (let index = 0; index < ACTORS; index++) {
    const handle = modelOf(silo, index);
    const program = { id: 'end', actor: index, part: 'vault', writes: false, pauseMs: 0, steps: [], forgets: false, catches: false, fails: false, emits: false, saves: false, interleaves: false } as const;
    state.push({ ...(await handle.state()), vault: await handle.getComponent<Vault>('Vault').look(program, 'end') });
  }
  await silo.runtime.stop();
  return state;
}
