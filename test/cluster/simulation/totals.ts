import type { SimulationResult } from './run-simulation.js';

/** How to see a run again. */
export function replayOf(seed: number): string {
  return `TROUPE_SIM_SEED=${seed} npm test -- test/cluster/simulation.test.ts`;
}

/** What happened in many runs. */
export class SimulationTotals {
  private readonly sums = new Map<string, number>();
  runs = 0;

  add({ counts }: SimulationResult): void {
    this.runs++;
    for (const [what, count] of Object.entries(counts)) this.sums.set(what, (this.sums.get(what) ?? 0) + count);
  }

  of(what: string): number {
    return this.sums.get(what) ?? 0;
  }

  get all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.sums);
  }
}
