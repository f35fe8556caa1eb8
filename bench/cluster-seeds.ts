// The simulated cluster over many seeds: silos in memory under kills, freezes, cuts, delays and duplicates, and everything that must hold.
//   node dist/bench/cluster-seeds.js [--seeds 1000] [--from 1]
import { parseArgs } from 'node:util';
import { runSimulation } from '../test/cluster/simulation/run-simulation.js';
import { replayOf, SimulationTotals } from '../test/cluster/simulation/totals.js';
import { atLeast, atMost, finish } from './support/report.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } } });
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const totals = new SimulationTotals();
const startMs = performance.now();
let violations = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const result = await runSimulation(seed);
  totals.add(result);
  if (result.violations.length === 0) continue;
  violations += result.violations.length;
  console.log(`seed ${seed}: replay with ${replayOf(seed)}`);
  for (const violation of result.violations) console.log(`  ${violation}`);
}
const minutes = (performance.now() - startMs) / 60_000;
for (const [what, count] of Object.entries(totals.all)) console.log(`${what.padEnd(14)} ${count}`);
console.log(`${seeds} seeds, ${Math.round(seeds / minutes)} a minute`);
finish({
  bench: 'cluster seeds',
  settings: { seeds, from },
  figures: { ...totals.all, seedsPerMinute: seeds / minutes },
  goals: [
    atMost('violations of P1 to P7, of what was acknowledged, and of deadlines', violations, 0),
    atMost(`minutes for ${seeds} seeds`, minutes, (8 * Math.max(seeds, 50)) / 1000, ' min'),
    atLeast('commits that the fence refused', totals.of('fenced'), seeds / 5),
    atLeast('requests that came late once more', totals.of('lateAgain'), seeds / 4),
  ],
});
