// MemoryNetwork. Owns: the wire in memory that all silos of a test or of a simulated cluster share, and its faults. Deterministic: time comes
// from the clock, chance from `random`, and nothing else decides. Faults name silos. Those of the way (cut, isolate, delay) stay for later
// incarnations of the same silo; those of the process (kill, freeze) are of the one that runs.
import type { Clock } from '../protocol/ports/clock.js';
import type { MemoryConnection, MemoryParty } from './memory-connection.js';
import { MemoryFrameNetwork, type MemorySiloOptions, type MemoryWire } from './memory-frame-network.js';

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** From 0 to 1: decides how much of what is under way survives a close, and jitter. Default: all of it, and none. */
  readonly random?: () => number;
}

interface Delay {
  readonly ms: number;
  readonly jitterMs: number;
}

export class MemoryNetwork implements MemoryWire {
  readonly clock: Clock;
  readonly random: () => number;
  readonly listening = new Map<string, MemoryFrameNetwork>();
  readonly connections = new Set<MemoryConnection>();
  private readonly networks = new Set<MemoryFrameNetwork>();
  private readonly cuts = new Set<string>();
  private readonly isolated = new Set<string>();
  private readonly delays = new Map<string, Delay>();

  constructor({ clock, random = () => 1 }: MemoryNetworkOptions) {
    this.clock = clock;
    this.random = random;
  }

  /** The network of one silo. */
  silo(options: MemorySiloOptions): MemoryFrameNetwork {
    for (const network of this.networks) if (network.isKilled || network.isClosed) this.networks.delete(network);
    const network = new MemoryFrameNetwork(this, options);
    this.networks.add(network);
    return network;
  }

  /** Nothing passes between two silos. What they send waits; after a second of it their connections close, and connecting times out. */
  cut(a: string, b: string): void {
    this.cuts.add(pair(a, b));
    this.review();
  }

  /** Cut off from everybody. */
  isolate(siloId: string): void {
    this.isolated.add(siloId);
    this.review();
  }

  /** Ends the cuts between two silos, or of one (its isolation too), or all. */
  heal(a?: string, b?: string): void {
    for (const cut of [...this.cuts]) {
      const names = JSON.parse(cut) as readonly string[];
      if ((a === undefined || names.includes(a)) && (b === undefined || names.includes(b))) this.cuts.delete(cut);
    }
    if (a === undefined) this.isolated.clear();
    else if (b === undefined) this.isolated.delete(a);
    this.review();
  }

  /** What is sent between two silos from now on takes so long each way, and up to `jitterMs` more. Never seen as silence. */
  delay(a: string, b: string, ms: number, jitterMs = 0): void {
    this.delays.set(pair(a, b), { ms, jitterMs });
  }

  /** The connections that two silos have break, after so many more frames; what was sent behind them is lost. New ones can be opened. */
  drop(a: string, b: string, afterFrames = 0): void {
    const name = pair(a, b);
    for (const connection of [...this.connections]) {
      const [one, other] = connection.parties;
      if (pair(one.siloId, other.siloId) === name) connection.breakAfter(afterFrames);
    }
  }

  /** The silo's process is dead. Its peers hear nothing from it, and close after a second; connecting to it is refused. Final for this incarnation. */
  kill(siloId: string): void {
    this.each(siloId, (network) => network.kill());
  }

  /** The silo's process stands still: nothing goes in or out, its peers close after a second. It knows nothing of it until `thaw`. */
  freeze(siloId: string): void {
    this.each(siloId, (network) => (network.isFrozen = true));
  }

  /** It runs again, gets what had arrived meanwhile, and then the closes. */
  thaw(siloId: string): void {
    this.each(siloId, (network) => (network.isFrozen = false));
  }

  isCut(a: MemoryParty, b: MemoryParty): boolean {
    const [one, other] = [a.siloId, b.siloId];
    return this.isolated.has(one) || this.isolated.has(other) || this.cuts.has(pair(one, other));
  }

  delayMs(a: MemoryParty, b: MemoryParty): number {
    const delay = this.delays.get(pair(a.siloId, b.siloId));
    if (!delay) return 0;
    return delay.jitterMs > 0 ? delay.ms + delay.jitterMs * this.random() : delay.ms;
  }

  private each(siloId: string, change: (network: MemoryFrameNetwork) => void): void {
    for (const network of this.networks) if (network.siloId === siloId) change(network);
    this.review();
  }

  private review(): void {
    for (const connection of [...this.connections]) connection.review();
    for (const network of this.networks) network.review();
  }
}

function pair(a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}
