// Wires. Owns: every TCP connection between the silos of a test cluster, and between them and their Redis: one detour for each way, and their faults.
//   W1. Faults are between names: they last for silos that are started later under the same name.
//   W2. What a silo had sent when its process ended arrives all the same, when the wire lets it.
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Clock } from '../../protocol/ports/clock.js';
import { TcpDetour, type TcpAddress, type WireFaults } from './tcp-detour.js';

interface Way {
  readonly names: readonly [from: string, to: string];
  readonly detour: Promise<TcpDetour>;
}

export class Wires {
  private readonly faults = new Map<string, WireFaults>();
  private readonly ways = new Map<string, Way>();
  /** W2. */
  private readonly left = new Set<Way>();

  constructor(private readonly clock: Clock) {}

  /** The port by which `from` reaches `to`, which is at that address. */
  async port(from: string, to: string, address: TcpAddress): Promise<number> {
    const name = JSON.stringify([from, to, address.host, address.port]);
    let way = this.ways.get(name);
    if (!way) this.ways.set(name, (way = { names: [from, to], detour: TcpDetour.open(address, this.faultsOf(from, to), this.clock) }));
    return (await way.detour).port;
  }

  cut(a: string, b: string): Promise<void> {
    return this.change(a, b, { isCut: true });
  }

  delay(a: string, b: string, ms: number): Promise<void> {
    return this.change(a, b, { delayMs: ms });
  }

  /** Ends the cuts between two, of one, or all. */
  async heal(a?: string, b?: string): Promise<void> {
    const names = [a, b].filter((name) => name !== undefined);
    for (const [pair, faults] of this.faults) {
      const ends = JSON.parse(pair) as readonly string[];
      if (names.every((name) => ends.includes(name))) faults.isCut = false;
    }
    for (const detour of await this.detours(() => true)) detour.review();
  }

  async drop(a: string, b: string): Promise<void> {
    for (const detour of await this.between(a, b)) detour.break();
  }

  /** The silo's process has ended: nobody is there any more. */
  async ended(silo: string): Promise<void> {
    const ways = [...this.ways].filter(([, { names }]) => names.includes(silo));
    for (const [name, way] of ways) {
      this.ways.delete(name);
      this.left.add(way);
    }
    for (const [, { detour }] of ways) (await detour).refuse();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const detour of await this.detours(() => true)) detour.close();
    this.ways.clear();
    this.left.clear();
  }

  private async change(a: string, b: string, change: Partial<WireFaults>): Promise<void> {
    Object.assign(this.faultsOf(a, b), change);
    for (const detour of await this.between(a, b)) detour.review();
  }

  private between(a: string, b: string): Promise<readonly TcpDetour[]> {
    return this.detours(({ names }) => names.includes(a) && names.includes(b));
  }

  private detours(isMeant: (way: Way) => boolean): Promise<readonly TcpDetour[]> {
    return Promise.all([...this.ways.values(), ...this.left].filter(isMeant).map(({ detour }) => detour));
  }

  private faultsOf(a: string, b: string): WireFaults {
    if (a === b) throw new ConfigurationError(`between '${a}' and itself there is nothing`);
    const pair = JSON.stringify([a, b].sort());
    let faults = this.faults.get(pair);
    if (!faults) this.faults.set(pair, (faults = { isCut: false, delayMs: 0 }));
    return faults;
  }
}
