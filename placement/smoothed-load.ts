// SmoothedLoad. Owns: what each silo's cpu and memory are taken for.
//   L1. A rise counts at once: a silo that has just become busy gets nothing more.
//   L2. A fall counts little by little, by the clock and not by how often it is asked: a busy silo that pauses (a garbage collection, a wave that
//       is over) is not taken for an empty one. A tenth of it is left after KEEP_MS.
import type { Clock } from '../protocol/ports/clock.js';
import type { SiloSnapshot } from '../protocol/ports/placement.js';

/** L2. */
const KEEP_MS = 10_000;
/** Silos that are gone are forgotten when there are that many more than candidates. */
const SPARE = 64;

/** Shares, 0 to 1. */
export interface Load {
  cpu: number;
  memory: number;
}

interface Estimate extends Load {
  atMs: number;
}

/**
 * Quick up and slow down, as Orleans' filter for resource-optimized placement does it (a Kalman filter of two modes there, an exponential
 * here: readings come at no fixed rate).
 */
export class SmoothedLoad {
  private readonly estimates = new Map<string, Estimate>();

  constructor(private readonly clock: Clock) {}

  of(silo: SiloSnapshot): Readonly<Load> {
    const nowMs = this.clock.monotonicMs();
    const estimate = this.estimates.get(silo.id);
    const cpu = asShare(silo.cpu);
    const memory = asShare(silo.memory);
    if (!estimate) {
      const first = { cpu, memory, atMs: nowMs };
      this.estimates.set(silo.id, first);
      return first;
    }
    const kept = 0.1 ** ((nowMs - estimate.atMs) / KEEP_MS);
    estimate.cpu = Math.max(cpu, cpu + (estimate.cpu - cpu) * kept);
    estimate.memory = Math.max(memory, memory + (estimate.memory - memory) * kept);
    estimate.atMs = nowMs;
    return estimate;
  }

  /** Forgets who is no candidate any more, once that is worth it. */
  prune(candidates: readonly SiloSnapshot[]): void {
    if (this.estimates.size <= candidates.length + SPARE) return;
    const nowMs = this.clock.monotonicMs();
    for (const [id, { atMs }] of this.estimates) if (nowMs - atMs > KEEP_MS) this.estimates.delete(id);
  }
}

/** A reading that is no number says nothing good: it counts as full. */
function asShare(reading: number): number {
  return reading >= 0 ? Math.min(1, reading) : 1;
}
