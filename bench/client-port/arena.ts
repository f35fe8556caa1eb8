// Arena. Owns: the order of events around an attack: quiet, the attack, quiet, and the control.
//   The control is the same attack at another silo, the neighbour: same code, own process, own actors, and as the attackers themselves of the lowest priority.
//   The good clients go on calling the first silo. So the control has all that an attack costs whoever shares a machine, a Redis and these clients' own process
//   with attackers, and nothing of what it costs to share the silo. Without a neighbour there is no control: for who judges outcomes and no latencies.
import type { Aftermath } from './attacker-process.js';
import { expectation } from './attacks/expectations.js';
import type { Child } from './child.js';
import type { GoodClients, Latencies } from './good-clients.js';
import type { Row } from './report.js';
import type { Vitals } from './silo-process.js';

/** A 99th percentile of fewer says little. */
const MIN_SAMPLES = 500;
const MIN_SAMPLES_FROM_MS = 1000;
/** An attack's period cannot be extended, so it is longer from the start. */
const ATTACK_FACTOR = 1.25;
const STEP_MS = 50;
const MUTATIONS_MS = 900_000;
/** After an attack, until a period counts as quiet. */
const SETTLE_MS = 1000;

/** A process with a silo to be attacked. */
export interface Target {
  readonly address: string;
  readonly silo: Child<Vitals>;
}

interface Calm {
  readonly latencies: Latencies;
  readonly vitals: Vitals;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Where attacks happen, one after the other. */
export class Arena {
  private quiet: Calm | undefined;

  constructor(private readonly target: Target, private readonly neighbour: Target | undefined, private readonly attacker: Child<Aftermath>, private readonly good: GoodClients, private readonly forMs: number) {}

  /** The others' latencies, and the silo's vitals, while nobody attacks: for that time, and until there are enough. */
  async calm(ms = this.forMs): Promise<Calm> {
    const { silo } = this.target;
    await silo.ask('reset');
    this.good.reset();
    await pause(ms);
    for (let left = (2 * ms) / STEP_MS; ms >= MIN_SAMPLES_FROM_MS && this.good.count < MIN_SAMPLES && left > 0; left--) await pause(STEP_MS);
    const latencies = await this.good.read();
    return { latencies, vitals: await silo.ask('read') };
  }

  /** One attack, between two quiet periods; the second is the first of the next. */
  async suffer(name: string): Promise<Row> {
    const { outcomes: expected, seconds } = expectation(name);
    const attackMs = Math.max(ATTACK_FACTOR * this.forMs, (seconds ?? 0) * 1000);
    const before = (this.quiet ??= await this.calm());
    await this.target.silo.ask('reset');
    const { latencies: during, ...aftermath } = await this.attack(this.target, name, attackMs);
    const vitals = await this.target.silo.ask('read');
    const beside = this.neighbour && (await this.attack(this.neighbour, name, attackMs)).latencies;
    const after = (this.quiet = await this.calm());
    return { name, expected, ...aftermath, before: before.latencies, during, beside, after: after.latencies, calm: before.vitals, vitals };
  }

  private async attack({ address }: Target, name: string, forMs: number): Promise<Aftermath & { readonly latencies: Latencies }> {
    this.good.reset();
    const aftermath = await this.attacker.ask({ attack: name, address, forMs }, MUTATIONS_MS);
    const latencies = await this.good.read();
    await pause(Math.min(SETTLE_MS, this.forMs / 2));
    return { ...aftermath, latencies };
  }
}
