// One run of the simulated cluster: silos, calls and faults by chance from a seed, then everything that must hold.
import type { Logger } from '../../../protocol/ports/index.js';
import { openTestCluster } from '../../../silo/testing/start-test-cluster.js';
import type { TestCluster, VirtualClock } from '../../../silo/testing/index.js';
import { SeededRandom } from '../../../silo/testing/seeded-random.js';
import { classOf, current, perform, Subject, Wakeful } from './actors.js';
import { Faults, type FaultCounts } from './faults.js';
import { History } from './history.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerTable } from './ledger-table.js';
import { EVERY, simple } from './program.js';
import { RootCalls } from './root-calls.js';

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly counts: LedgerStore['counts'] & FaultCounts & { readonly deaths: number; readonly lateAgain: number; readonly acknowledged: number; readonly failed: number };
  readonly trace: readonly string[];
  readonly errors: ReadonlyMap<string, number>;
}

export interface Mutation {
  readonly Store?: typeof LedgerStore;
  readonly Table?: typeof LedgerTable;
}

const SPAN_MS = 8000;
const STEP_MS = 500;
const LIMIT_MS = 60_000;
/** How long an actor may be out of reach when all faults are over. */
const PATIENCE_MS = 10_000;

export async function runSimulation(seed: number, { Store = LedgerStore, Table = LedgerTable }: Mutation = {}): Promise<SimulationResult> {
  const random = new SeededRandom(seed);
  const history = (current.history = new History());
  let table!: LedgerTable;
  let store!: LedgerStore;
  const cluster = await openTestCluster({ modules: [Subject, Wakeful], silos: 3 + random.below(3), seed, log: new SiloNamingLog('') }, {
    table: (clock) => (table = new Table(clock, history)),
    store: (clock) => (store = new Store(clock, history, (incarnation) => table.isUp(incarnation))),
  });
  const { clock } = cluster;
  current.pause = (silo, ms) => new Promise((resolve) => void (silo === '' ? undefined : cluster.silo(silo).clock.setTimer(resolve, ms)));
  const chance = random.fork();
  const roots = new RootCalls(cluster, history, random.fork());
  const faults = new Faults(cluster, chance, SPAN_MS, { complain: (what) => history.complain(what), stalled: (silo, ms) => roots.goAround(silo, ms), frozen: (silo, ms) => roots.askZombie(silo, ms, ms) });
  faults.plan();
  roots.plan(SPAN_MS);
  await clock.advance(SPAN_MS);
  await faults.end();
  for (let ms = 0; !roots.areOver && ms < LIMIT_MS; ms += STEP_MS) await clock.advance(STEP_MS);
  if (!roots.areOver) history.complain(`never settled: ${roots.open.join(', ')}`);
  await probe(cluster, history);
  await within(clock, history, 'the stop', cluster.stop());
  history.end();
  return {
    violations: history.violations, trace: cluster.trace, errors: roots.errors,
    counts: { ...store.counts, ...faults.counts, deaths: table.deaths, lateAgain: store.counts.duplicates + store.counts.conflicts + store.counts.resent + store.counts.revived, acknowledged: history.acknowledgedCount, failed: roots.failed },
  };
}

/** Once all is well every actor answers through every silo, with all that was committed. */
async function probe(cluster: TestCluster, history: History): Promise<void> {
  const up = cluster.silos.filter(({ isUp }) => isUp);
  const answers = up.flatMap((silo) => EVERY.map(async (actor) => {
    const program = simple(`probe-${actor}`, actor, 'read');
    try {
      const reply = await perform(silo.actor(classOf(actor), actor), program, program.id, [], { timeout: PATIENCE_MS });
      history.read(`the probe through ${silo.name}`, reply, history.committedOf(actor).length);
    } catch (error) {
      history.complain(`${actor} does not answer through ${silo.name} when all is well again: ${String(error)}`);
    }
  }));
  await within(cluster.clock, history, 'the probe', Promise.all(answers));
}

async function within(clock: VirtualClock, history: History, what: string, promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  promise.then(() => (isSettled = true), (error: unknown) => {
    isSettled = true;
    history.complain(`${what} failed: ${String(error)}`);
  });
  for (let ms = 0; !isSettled && ms < LIMIT_MS; ms += STEP_MS) await clock.advance(STEP_MS);
  if (!isSettled) history.complain(`${what} hangs`);
}

/** Says nothing, except to actors on which silo they are. */
class SiloNamingLog implements Logger {
  constructor(private readonly silo: string) {}

  trace(fields: object | string): void {
    const { tell } = fields as { readonly tell?: (silo: string) => void };
    tell?.(this.silo);
  }

  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}

  child({ silo }: Readonly<Record<string, unknown>>): Logger {
    return typeof silo === 'string' ? new SiloNamingLog(silo) : this;
  }
}

