// ToldLoad: tells from emitters to listeners of one or more silos of a cluster, from the first turn that tells to the last one's effect.
import { setTimeout as pause } from 'node:timers/promises';
import type { Handle } from '../../sdk/index.js';
import type { Silo } from '../../silo/index.js';
import { whenAvailable } from '../support/available.js';
import { arrivals, Sink, Source } from './actors.js';

export interface ToldSettings {
  readonly emitters: number;
  readonly listeners: number;
  /** Messages in one turn of an emitter. */
  readonly perTurn: number;
}

export interface Told {
  readonly perSecond: number;
  /** Microseconds of this process for each delivery, both ends together. */
  readonly cpuEach: number;
  readonly commits: number;
}

const LIMIT_MS = 60_000;

export class ToldLoad {
  private readonly sources: readonly Handle<Source>[];
  private readonly sinks: readonly Handle<Sink>[];

  /** `arrived`: what the listeners of all processes have handled. */
  constructor(private readonly silo: Silo, private readonly settings: ToldSettings, private readonly arrived: () => Promise<number> = async () => arrivals.count) {
    this.sources = Array.from({ length: settings.emitters }, (_, at) => silo.actor(Source, `e${at}`));
    this.sinks = Array.from({ length: settings.listeners }, (_, at) => silo.actor(Sink, `s${at}`));
  }

  /** All are awake. Tells what the listeners have in all. */
  async total(): Promise<number> {
    return (await Promise.all(this.sinks.map((sink) => whenAvailable(() => sink.total())))).reduce((sum, each) => sum + each, 0);
  }

  /** `perEmitter` messages of each emitter; of these each `poisonEvery`th fails. The time ends when the good ones are committed. */
  async run(perEmitter: number, poisonEvery = 0): Promise<Told> {
    const { emitters, listeners, perTurn } = this.settings;
    const before = await this.total();
    const startCount = await this.arrived();
    const poison = poisonEvery > 0 ? Math.floor(perEmitter / poisonEvery) : 0;
    const good = emitters * (perEmitter - poison);
    const { commits } = this.silo.statistics();
    const cpu = process.cpuUsage();
    const start = performance.now();
    const told = Promise.all(this.sources.map(async (source, at) => {
      for (let done = 0; done < perEmitter; done += perTurn) {
        await whenAvailable(() => source.burst(Math.min(perTurn, perEmitter - done), at * 97 + done, listeners, poisonEvery));
      }
    }));
    await this.until(startCount + good);
    await told;
    // A turn that is undone with another counts as arrived, and comes again.
    let after = await this.total();
    for (const end = start + LIMIT_MS; after - before < good && performance.now() < end; after = await this.total()) await pause(2);
    const elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    if (after - before !== good) throw new Error(`${good} messages were told, and ${after - before} are in the listeners' state`);
    return { perSecond: (good * 1000) / elapsedMs, cpuEach: (user + system) / good, commits: this.silo.statistics().commits - commits };
  }

  private async until(count: number): Promise<void> {
    const end = performance.now() + LIMIT_MS;
    for (let have = await this.arrived(); have < count; have = await this.arrived()) {
      if (performance.now() > end) throw new Error(`after ${LIMIT_MS / 1000} s ${count - have} of the messages have not arrived`);
      await pause(2);
    }
  }
}

/** Milliseconds from `tell` to the handler's turn, one message alone. */
export async function toldLatencies(silo: Silo, count: number): Promise<readonly number[]> {
  const sink = silo.actor(Sink, 'alone');
  await sink.total();
  const taken: number[] = [];
  for (let at = 0; at < count; at++) {
    const start = performance.now();
    const arrived = new Promise<number>((resolve) => (arrivals.onArrival = () => resolve(performance.now())));
    await sink.tell.take(at, false);
    taken.push((await arrived) - start);
    await pause(3); // The worker waits again, as it does between lone messages.
  }
  arrivals.onArrival = () => undefined;
  return taken.sort((a, b) => a - b);
}
