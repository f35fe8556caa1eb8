import { atMost, show, type Goal } from '../support/report.js';
import { exceeding, FLAT_FIGURES, growthOver, settledMean, type MixedSample } from './sample.js';

/** Growth that is noise, as a share of what is there. */
const TOLERATED_SHARE = 0.05;

/** Flat: what it would grow by over the whole run is under 5 % of what is there, or under the figure's own small change. Handles are those of the beginning. */
export function judgeSamples(samples: readonly MixedSample[]): readonly Goal[] {
  const flat = (Object.entries(FLAT_FIGURES) as [keyof typeof FLAT_FIGURES, number][]).map(([figure, small]) => (
    atMost(`growth of ${figure} over the run`, growthOver(samples, figure), Math.max(small, TOLERATED_SHARE * settledMean(samples, figure)))));
  return [...flat, sameResources(samples[0]!, samples.at(-1)!)];
}

/** The handles and requests of the process, kind by kind. Timeouts count only when there are more: ours are among them. */
export function sameResources(first: MixedSample, last: MixedSample): Goal {
  const tell = ({ resources }: MixedSample): string => Object.entries(resources).map(([kind, count]) => `${count} ${kind}`).join(', ');
  return { name: 'handles at the end', goal: tell(first), measured: tell(last), isMet: !exceeding(last.resources, first.resources) };
}

/** A table for people. */
export function describeSamples(samples: readonly MixedSample[]): string {
  const start = samples[0]!.atMs;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2).padStart(9);
  const lines = samples.map((sample) => `${show((sample.atMs - start) / 1000).padStart(7)} ${String(sample.rounds).padStart(7)} ${megabytes(sample.heap)} ${megabytes(sample.external)} ${megabytes(sample.rss)}`
    + ` ${String(sample.redisKeys).padStart(10)} ${megabytes(sample.redisBytes)}  ${Object.values(sample.resources).reduce((sum, count) => sum + count, 0)}`);
  return [`${'s'.padStart(7)} ${'rounds'.padStart(7)}   heap MB  external    RSS MB  Redis keys  Redis MB  handles`, ...lines].join('\n');
}
