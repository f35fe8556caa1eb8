// What goes wrong in one run, and when: all by chance from its seed.
import type { SeededRandom } from '../../../silo/testing/seeded-random.js';
import type { TestCluster, TestSilo } from '../../../silo/testing/index.js';

export type FaultCounts = Record<'kills' | 'freezes' | 'cuts' | 'storeCuts' | 'delays' | 'drops' | 'storeDrops' | 'storms' | 'stops' | 'restarts', number>;

export interface FaultListener {
  complain(what: string): void;
  /** The silo does not reach the store for so long. */
  stalled(silo: TestSilo, ms: number): void;
  /** The silo stands still for so long. */
  frozen(silo: TestSilo, ms: number): void;
}

/** Sets the timers of the faults. Nothing of it lasts beyond `spanMs`, except deaths. */
export class Faults {
  readonly counts: FaultCounts = { kills: 0, freezes: 0, cuts: 0, storeCuts: 0, delays: 0, drops: 0, storeDrops: 0, storms: 0, stops: 0, restarts: 0 };
  private isOver = false;

  constructor(private readonly cluster: TestCluster, private readonly random: SeededRandom, private readonly spanMs: number, private readonly tell: FaultListener) {}

  plan(): void {
    const { random, cluster } = this;
    for (const { name } of cluster.silos) if (random.chance(0.7)) cluster.delay(name, 'store', random.below(random.chance(0.3) ? 60 : 8));
    for (const [a, b] of pairs(cluster.silos)) if (random.chance(0.7)) cluster.delay(a.name, b.name, random.below(8));
    const count = 3 + random.below(8);
    for (let n = 0; n < count; n++) cluster.clock.setTimer(() => this.strike(), random.below(this.spanMs));
  }

  /** Everything is well again, and somebody is there. */
  async end(): Promise<void> {
    this.isOver = true;
    const { cluster } = this;
    cluster.heal();
    for (const silo of cluster.silos) if (silo.isFrozen) cluster.thaw(silo.name);
    for (const { name } of cluster.silos) cluster.delay(name, 'store', 0);
    for (const [a, b] of pairs(cluster.silos)) cluster.delay(a.name, b.name, 0);
    // A thawed one may be dead and not know it yet.
    await cluster.clock.advance('3s');
    if (!cluster.silos.some(({ isUp }) => isUp)) await cluster.restart(cluster.silos[0]!.name);
  }

  private strike(): void {
    const { random } = this;
    const up = this.cluster.silos.filter(({ isUp }) => isUp);
    const silo = up.length > 0 ? random.pick(up) : undefined;
    if (!silo) return;
    const other = random.pick(this.cluster.silos.filter((each) => each !== silo));
    const dice = random.next();
    if (dice < 0.2) this.kill(silo);
    else if (dice < 0.25) for (const each of up) this.kill(each);
    else if (dice < 0.4) this.freeze(silo);
    else if (dice < 0.65) this.cutStore(silo);
    else if (dice < 0.75) this.cut(silo, other);
    else if (dice < 0.8) this.delay(silo, other.name, 5 + random.below(400));
    else if (dice < 0.85) this.delay(silo, 'store', 5 + random.below(300));
    else if (dice < 0.9) this.drop(silo, other.name);
    else if (dice < 0.92) this.drop(silo, 'store');
    else if (dice < 0.97) this.storm(silo, 12 + random.below(20));
    else this.stop(silo);
  }

  private kill(silo: TestSilo): void {
    this.counts.kills++;
    this.cluster.kill(silo.name);
    if (this.random.chance(0.7)) this.later(300 + this.random.below(3000), () => this.restart(silo.name));
  }

  private restart(name: string): void {
    if (this.cluster.silo(name).isUp) return;
    this.counts.restarts++;
    if (this.cluster.silo(name).isFrozen) this.cluster.thaw(name);
    this.cluster.restart(name).catch((error: unknown) => this.tell.complain(`restart: ${String(error)}`));
  }

  private stop(silo: TestSilo): void {
    if (silo.isFrozen) return;
    this.counts.stops++;
    silo.stop().catch((error: unknown) => this.tell.complain(`stop: ${String(error)}`));
    this.later(2000 + this.random.below(2000), () => this.restart(silo.name));
  }

  private freeze(silo: TestSilo): void {
    const { name } = silo;
    this.counts.freezes++;
    this.cluster.freeze(name);
    const ms = 200 + this.random.below(5000);
    this.later(ms, () => this.cluster.thaw(name));
    this.tell.frozen(silo, ms);
  }

  private cut(one: TestSilo, other: TestSilo): void {
    this.counts.cuts++;
    this.cluster.cut(one.name, other.name);
    this.later(200 + this.random.below(4000), () => this.cluster.heal(one.name, other.name));
  }

  /** The connection stalls; sometimes it is given up meanwhile, and what was on it arrives late, beside what is sent again. */
  private cutStore(silo: TestSilo): void {
    const { name } = silo;
    this.counts.storeCuts++;
    this.cluster.cut(name, 'store');
    const ms = this.random.chance(0.5) ? 200 + this.random.below(2500) : 2500 + this.random.below(4000);
    if (this.random.chance(0.4)) this.later(this.random.below(ms), () => this.cluster.drop(name, 'store'));
    this.later(ms, () => this.cluster.heal(name, 'store'));
    this.tell.stalled(silo, ms);
  }

  private delay({ name }: TestSilo, to: string, ms: number): void {
    this.counts.delays++;
    this.cluster.delay(name, to, ms);
    this.later(1000 + this.random.below(3000), () => this.cluster.delay(name, to, this.random.below(5)));
  }

  private drop({ name }: TestSilo, to: string): void {
    if (to === 'store') this.counts.storeDrops++;
    else this.counts.drops++;
    this.cluster.drop(name, to);
  }

  /** Its connection to the store breaks again and again: what is sent arrives twice, and in another order. */
  private storm({ name }: TestSilo, times: number): void {
    if (times === 0) return;
    this.counts.storms++;
    this.cluster.delay(name, 'store', 10 + this.random.below(40));
    this.cluster.drop(name, 'store');
    this.later(40 + this.random.below(100), () => this.storm(this.cluster.silo(name), times - 1));
  }

  private later(ms: number, act: () => void): void {
    this.cluster.clock.setTimer(() => {
      if (!this.isOver) act();
    }, ms);
  }
}

function pairs(silos: readonly TestSilo[]): (readonly [TestSilo, TestSilo])[] {
  return silos.flatMap((one, at) => silos.slice(at + 1).map((other) => [one, other] as const));
}
