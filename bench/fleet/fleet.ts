// Fleet. Owns: the silos of one cluster, each a process, the Redis that they share, and the callers' own silo in this process.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { startSilo, type Durability, type Silo } from '../../silo/index.js';
import { RedisKeys } from '../../state/redis-keys.js';
import { startOwnRedis, type OwnRedis } from '../../test/support/redis-server.js';
import { Bystander } from './bystander.js';
import type { Counter } from './counter.js';
import { byUrl, type FleetRedis } from './fleet-redis.js';
import type { History, JudgeSettings, Kept, Verdict } from './history.js';
import { SiloProcess } from './silo-process.js';

const POLL_MS = 5;
const RESTART_MS = 250;

export interface FleetSettings {
  /** Silos that end are replaced. Default true. */
  readonly isKeptUp?: boolean;
  /** By which way silo 0, 1, … reaches Redis. Default: its own address. */
  readonly way?: (redis: string, index: number) => string | Promise<string>;
  /** What the silos share instead of a server of their own; the caller's. */
  readonly on?: FleetRedis;
  /** Default `primary`. */
  readonly durability?: Durability;
  /** Files of what the silos host. Default: counters. */
  readonly modules?: readonly string[];
  /** Hears what those modules send to this process. */
  readonly hear?: (message: unknown) => void;
}

export class Fleet implements AsyncDisposable {
  silos: SiloProcess[] = [];
  private callerNow!: Silo;
  /** How often the callers' silo was declared dead: a machine so busy that this process stood still. */
  callerFenced = 0;
  /** How silos ended that nobody had killed: exit codes. */
  readonly surprises: (number | null)[] = [];
  private isClosing = false;
  private rewritesOfEnded = 0;
  /** Silos on their way: the end waits for them. */
  private readonly launches = new Set<Promise<SiloProcess>>();

  private constructor(private readonly own: OwnRedis | undefined, private readonly shared: FleetRedis, readonly cluster: string, private readonly settings: FleetSettings) {}

  static async start(count: number, settings: FleetSettings = {}): Promise<Fleet> {
    const own = settings.on ? undefined : await startOwnRedis();
    const fleet = new Fleet(own, settings.on ?? byUrl(own!.url), `fleet-${randomUUID()}`, settings);
    fleet.silos = await Promise.all(Array.from({ length: count }, (_, index) => fleet.launch(index)));
    await fleet.openCaller();
    return fleet;
  }

  /** The fleet's own server. */
  get redis(): OwnRedis {
    if (!this.own) throw new Error('this fleet shares a Redis that is not its own');
    return this.own;
  }

  /** How often its silos found that the store had lost commits, and wrote an actor's whole state again. */
  get rewrites(): number {
    return this.rewritesOfEnded + this.silos.reduce((sum, { rewrites }) => sum + rewrites, 0);
  }

  /** A silo in this process that hosts no counters. */
  get caller(): Silo {
    return this.callerNow;
  }

  async openCaller(): Promise<void> {
    const silo = await startSilo({
      modules: [Bystander], redis: this.shared.source, durability: this.settings.durability, cluster: this.cluster, log: 'silent',
    });
    this.callerNow = silo;
    silo.on('fenced', () => {
      this.callerFenced++;
      if (this.settings.isKeptUp !== false) void this.reopenCaller();
    });
  }

  /** A machine that is too busy, or a Redis that is away: again. */
  private async reopenCaller(): Promise<void> {
    while (!this.isClosing) {
      if (await this.openCaller().then(() => true, () => false)) break;
      await delay(RESTART_MS);
    }
    if (this.isClosing) await this.callerNow.stop({ force: true });
  }

  /** Puts a new silo in the place of one that has ended. */
  async replace(gone: SiloProcess): Promise<SiloProcess> {
    const index = this.silos.indexOf(gone);
    const fresh = await this.launch(index);
    this.silos[index] = fresh;
    this.rewritesOfEnded += gone.rewrites;
    return fresh;
  }

  get running(): readonly SiloProcess[] {
    return this.silos.filter(({ isRunning }) => isRunning);
  }

  /** Resolves when all run that should; rejects when that takes longer than a minute. */
  async complete(): Promise<void> {
    if (await within(60_000, () => this.running.length === this.silos.length)) return;
    throw new Error(`${this.running.length} of ${this.silos.length} silos run after a minute`);
  }

  /** The cluster counts that silo among the dead. */
  async isDead({ siloId }: SiloProcess): Promise<boolean> {
    return (await this.caller.members()).some((member) => member.siloId === siloId && member.status === 'dead');
  }

  /** What Redis has of these counters, and how the history looks beside it. */
  async judge(history: History, settings?: JudgeSettings): Promise<Verdict> {
    const redis = this.shared.connect();
    redis.on('error', () => undefined);
    const keys = new RedisKeys(this.cluster);
    const kept = new Map<string, Kept>();
    try {
      for (const key of history.keys()) {
        const value = await this.valueOf(key);
        const [version, epoch] = await redis.hmget(keys.row({ type: 'counter', key }), 'v', 'ep');
        kept.set(key, { value, version: Number(version), epoch: Number(epoch) });
      }
    } finally {
      redis.disconnect();
    }
    return history.judge(kept, settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosing = true;
    for (const silo of this.silos) silo.signal('SIGCONT');
    await Promise.all(this.silos.map((silo) => silo.kill()));
    await Promise.allSettled([...this.launches]);
    await this.callerNow?.stop({ force: true }).catch(() => undefined);
    await this.own?.stop();
  }

  private launch(index: number): Promise<SiloProcess> {
    const launch = this.startOne(index).finally(() => this.launches.delete(launch));
    this.launches.add(launch);
    return launch;
  }

  private async startOne(index: number): Promise<SiloProcess> {
    const { way, isKeptUp = true, durability = 'primary' } = this.settings;
    const redis = way ? ['--redis', await way(this.redis.url, index)] : this.shared.flags;
    const silo = await SiloProcess.start([...redis, '--cluster', this.cluster, '--durability', durability], this.settings.modules, this.settings.hear);
    void silo.ended.then(() => {
      if (this.isClosing) return;
      if (!silo.wasKilled) this.surprises.push(silo.code);
      if (isKeptUp) void this.keepUp(silo);
    });
    if (this.isClosing) await silo.kill();
    return silo;
  }

  private async keepUp(gone: SiloProcess): Promise<void> {
    while (!this.isClosing) {
      await delay(RESTART_MS);
      // A machine that is too busy, or a Redis that is away: again.
      if (await this.replace(gone).then(() => true, () => false)) return;
    }
  }

  /** By a strict read: what the actor has is what Redis has. */
  private async valueOf(key: string): Promise<number> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.caller.actor<Counter>('counter', key).with({ timeout: 10_000 }).read();
      } catch (error) {
        if (attempt >= 20) throw error;
        await delay(500);
      }
    }
  }
}

/** Resolves when it holds; false when that takes longer. */
export async function within(limitMs: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) return false;
    await delay(POLL_MS);
  }
  return true;
}
