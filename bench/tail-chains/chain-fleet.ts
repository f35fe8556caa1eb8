// ChainFleet. Owns: silos that host walkers, what they say of the steps that they run, and the chains that were begun, until they are judged.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FleetRedis } from '../fleet/fleet-redis.js';
import { Fleet, within } from '../fleet/fleet.js';
import { insist } from '../fleet/insist.js';
import { RUNS_VARIABLE, STEPS, type Chain, type ReplyReport, type StepReport, type Walked, type Walker } from './actors.js';

const MODULES = [fileURLToPath(new URL('./actors.js', import.meta.url))];
const CALL_MS = 30_000;
const LOOK_MS = 10_000;
/** A chain that is not through by then does not go on. */
const LIMIT_MS = 60_000;
/** Silos that a chain must be spread over. */
const SPREAD = 3;
const SPREAD_MS = 3000;

/** How the first call of a chain ended. */
export type Outcome = { readonly value: number } | { readonly error: Error };

export class ChainFleet implements AsyncDisposable {
  /** How often each waiting call was answered. */
  readonly answers = new Map<string, number>();
  private readonly listeners = new Set<(report: StepReport) => void>();
  /** Rounds whose actors were on three silos. */
  fullySpread = 0;
  private own!: Fleet;
  private keys = 0;

  private constructor(private readonly folder: string) {}

  static async start(on?: FleetRedis): Promise<ChainFleet> {
    const fleet = new ChainFleet(mkdtempSync(join(tmpdir(), 'tail-chains-')));
    process.env[RUNS_VARIABLE] = fleet.file;
    writeFileSync(fleet.file, '');
    fleet.own = await Fleet.start(SPREAD, { modules: MODULES, hear: (message) => fleet.hear(message), ...(on && { on }) });
    return fleet;
  }

  get fleet(): Fleet {
    return this.own;
  }

  /** Fresh actors by the process that has them, one on each of the silos: or on two of them, where placement leaves out a third that is busy. */
  async spread(): Promise<ReadonlyMap<number, string>> {
    await this.own.complete();
    const byPid = new Map<number, string>();
    const isSpread = async (): Promise<boolean> => {
      const key = `w${++this.keys}`;
      byPid.set(await insist(() => this.walker(key).where()), key);
      return this.own.running.every(({ pid }) => byPid.has(pid));
    };
    await within(SPREAD_MS, isSpread);
    for (const pid of byPid.keys()) if (!this.own.running.some((silo) => silo.pid === pid)) byPid.delete(pid);
    if (byPid.size < 2) throw new Error(`all actors are on one of ${this.own.running.length} silos`);
    if (byPid.size === SPREAD) this.fullySpread++;
    return byPid;
  }

  walker(key: string, timeout = LOOK_MS) {
    return this.own.caller.actor<Walker>('tch-walker', key).with({ timeout });
  }

  /** Begins the chain; how its call ended, sooner or later. */
  begin(chain: Chain, how: 'walk' | 'keep' = 'walk'): Promise<Outcome> {
    const call = this.walker(chain.path[0]!, CALL_MS)[how](chain, 1, 0);
    return call.then((value) => ({ value }), (error: unknown) => ({ error: error as Error }));
  }

  /** Hears of each step that begins; returns what ends that. */
  onStep(listener: (report: StepReport) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Ends that silo as a crash does. */
  async kill(pid: number): Promise<void> {
    await this.own.silos.find((silo) => silo.pid === pid)?.kill();
  }

  /** What the actors have committed, when that is all of the chain, or nothing of it. */
  async ended(chain: Chain): Promise<readonly Walked[]> {
    let walked: readonly Walked[] = [];
    const look = async (): Promise<boolean> => {
      walked = await this.walked(chain);
      const steps = stepsOf(walked);
      return steps.length >= STEPS || steps.length === 0;
    };
    await within(LIMIT_MS, look);
    return walked;
  }

  walked(chain: Chain): Promise<readonly Walked[]> {
    return Promise.all([...new Set(chain.path)].map((key) => insist(() => this.walker(key).walked())));
  }

  /** How often each step of the chain was begun, the first one at 1. */
  runsOf(chain: Chain): readonly number[] {
    const runs = Array.from({ length: STEPS + 1 }, () => 0);
    for (const line of readFileSync(this.file, 'utf8').split('\n')) {
      const [name, step] = line.split(' ');
      if (name === chain.name) runs[Number(step)]!++;
    }
    return runs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.own[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
    delete process.env[RUNS_VARIABLE];
  }

  private get file(): string {
    return join(this.folder, 'runs');
  }

  private hear(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    if ('answered' in message) {
      const { answered } = message as ReplyReport;
      this.answers.set(answered, (this.answers.get(answered) ?? 0) + 1);
    }
    if ('chain' in message) for (const listener of this.listeners) listener(message as StepReport);
  }
}

/** Of all its actors. */
export function stepsOf(walked: readonly Walked[]): readonly number[] {
  return walked.flatMap(({ steps }) => steps.filter((step) => step > 0));
}
