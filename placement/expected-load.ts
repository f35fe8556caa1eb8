// ExpectedLoad. Owns: what this silo has placed on each silo since the last news of it. Does not own: the news (snapshots).
//   E1. A reading that moved is news: what was placed before it is forgotten, it is counted there.
//   E2. So is a reading that stands for longer than snapshots do: what was placed ended again, or went elsewhere.
import type { Clock } from '../protocol/ports/clock.js';
import type { SiloSnapshot } from '../protocol/ports/placement.js';

/** E2. Snapshots are a few seconds old at most. */
const KEPT_MS = 5000;
/** Silos that are gone are forgotten when there are that many more than candidates. */
const SPARE = 64;

interface Placed {
  reading: number;
  weight: number;
  sinceMs: number;
}

/**
 * How many activations each silo has by now, as far as this one knows: snapshots are seconds old, and everything that is placed in between
 * would go to the silo that was emptiest then.
 */
export class ExpectedLoad {
  private readonly placed = new Map<string, Placed>();

  constructor(private readonly clock: Clock) {}

  /** Activations of the last snapshot and what was placed there since. */
  of(silo: SiloSnapshot): number {
    const placed = this.placed.get(silo.id);
    return placed && this.isFresh(placed, silo) ? silo.activations + placed.weight : silo.activations;
  }

  /** An actor of that weight is placed there now. */
  add(silo: SiloSnapshot, weight: number): void {
    const placed = this.placed.get(silo.id);
    if (placed && this.isFresh(placed, silo)) placed.weight += weight;
    else this.placed.set(silo.id, { reading: silo.activations, weight, sinceMs: this.clock.monotonicMs() });
  }

  /** Forgets who is no candidate any more, once that is worth it. */
  prune(candidates: readonly SiloSnapshot[]): void {
    if (this.placed.size <= candidates.length + SPARE) return;
    const nowMs = this.clock.monotonicMs();
    for (const [id, { sinceMs }] of this.placed) if (nowMs - sinceMs > KEPT_MS) this.placed.delete(id);
  }

  private isFresh(placed: Placed, silo: SiloSnapshot): boolean {
    return placed.reading === silo.activations && this.clock.monotonicMs() - placed.sinceMs <= KEPT_MS;
  }
}
