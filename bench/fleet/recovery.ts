// Recovery. Owns: how long calls to actors of silos that were killed took, from the kill to their success. Counted are the calls that met the dead
// silo: those that were under way when the first of its actors answered from elsewhere.
import type { Reply } from './counter.js';

interface Kill {
  atMs: number;
  readonly silo: string;
  /** The actors that answered from there last, and from nowhere since. */
  readonly actors: Set<string>;
  firstMs: number | undefined;
}

export class Recovery {
  readonly samples: number[] = [];
  private readonly siloOf = new Map<string, string>();
  private readonly kills: Kill[] = [];

  killed(silo: string): void {
    const actors = new Set([...this.siloOf].filter(([, held]) => held === silo).map(([key]) => key));
    this.kills.push({ atMs: performance.now(), silo, actors, firstMs: undefined });
  }

  /** Until now nobody could have answered: the time counts from here. */
  begins(): void {
    for (const kill of this.kills) kill.atMs = performance.now();
  }

  /** A call that began at `startMs` was answered just now. */
  answered(key: string, { silo }: Reply, startMs: number): void {
    const nowMs = performance.now();
    for (const kill of this.kills) {
      // An answer that was on its way when its silo died.
      if (silo === kill.silo || !kill.actors.delete(key)) continue;
      kill.firstMs ??= nowMs;
      if (startMs <= kill.firstMs) this.samples.push(nowMs - kill.atMs);
    }
    this.siloOf.set(key, silo);
  }

  /** Kills after which nothing of the dead silo has answered. */
  get unrecovered(): number {
    return this.kills.filter(({ firstMs, actors }) => firstMs === undefined && actors.size > 0).length;
  }

  get count(): number {
    return this.kills.length;
  }
}
