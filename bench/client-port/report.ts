import { atMost, type Goal } from '../support/report.js';
import type { Aftermath } from './attacker-process.js';
import type { Latencies } from './good-clients.js';
import type { Vitals } from './silo-process.js';

/** One attack and what it did. */
export interface Row extends Aftermath {
  readonly name: string;
  /** Outcomes that it may have. */
  readonly expected: readonly string[];
  /** The quiet periods around it. */
  readonly before: Latencies;
  readonly after: Latencies;
  readonly during: Latencies;
  /** The control: while a neighbour was attacked in the same way. */
  readonly beside: Latencies | undefined;
  readonly calm: Vitals;
  readonly vitals: Vitals;
}

const STALL_MS = 100;
const P99_RATIO = 2;
/** A quiet p99 counts as at least this: below it a ratio says more about the machine than about the silo. */
const P99_FLOOR_MS = 5;
const GROWTH_MB = 256;

const COLUMNS = [52, 10, 10, 26, 7, 8, 9, 8, 8] as const;

function line(cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[index] ?? 0))).join(' ')}\n`);
}

/** The table's head. */
export function printTitle(): void {
  line(['attack', 'stall ms', 'busy ms', 'p99 before/with/after', 'ratio', 'beside', 'of that', 'RSS +MB', 'failed', ' outcome']);
}

export function printRow(row: Row): void {
  const { name, before, during, after, beside, vitals, outcome } = row;
  line([
    name, vitals.stallMs.toFixed(0), vitals.busyMs.toFixed(0), [before, during, after].map(({ p99Ms }) => p99Ms.toFixed(1)).join('/'), ratio(row).toFixed(2),
    beside?.p99Ms.toFixed(1) ?? '-', ratioBeside(row).toFixed(2), growth(row).toFixed(0), String(during.failed), `  ${outcome}`,
  ]);
}

/** The goals that an attack made the silo miss, in words. */
export function misses(row: Row): string[] {
  const { name, outcome, outcomes, expected, during, vitals } = row;
  const strange = outcomes.filter((one) => !expected.includes(one));
  return [
    ...(vitals.busyMs > STALL_MS ? [`${name}: the loop stood still for ${vitals.busyMs.toFixed(0)} ms of computing; the goal is ${STALL_MS}`] : []),
    ...(ratio(row) > P99_RATIO ? [`${name}: the others' p99 is ${during.p99Ms.toFixed(1)} ms, ${ratio(row).toFixed(2)} times what it is in quiet; the goal is ${P99_RATIO}`] : []),
    ...(ratioBeside(row) > P99_RATIO ? [`${name}: the others' p99 is ${during.p99Ms.toFixed(1)} ms, ${ratioBeside(row).toFixed(2)} times what it is while a neighbour is attacked; the goal is ${P99_RATIO}`] : []),
    ...(growth(row) > GROWTH_MB ? [`${name}: ${growth(row).toFixed(0)} MB more; the goal is ${GROWTH_MB}`] : []),
    ...(during.failed > 0 ? [`${name}: ${during.failed} calls of others failed`] : []),
    ...(outcomes.length === 0 || strange.length > 0 ? [`${name}: expected ${expected.join(' or ')}, got ${outcome}`] : []),
  ];
}

/** The run repeated: the middle one by the others' p99, of those that missed something only if most did. */
export function middle(rows: readonly Row[]): Row {
  const sorted = [...rows].sort((a, b) => misses(a).length - misses(b).length || ratio(a) - ratio(b));
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

/** What the port as a whole must reach. */
export function goals(rows: readonly Row[]): Goal[] {
  const worst = (figure: (row: Row) => number): number => Math.max(0, ...rows.map(figure));
  return [
    atMost('longest stall of the loop, computing', worst(({ vitals }) => vitals.busyMs), STALL_MS, ' ms'),
    atMost("the others' p99, as a multiple of quiet periods", worst(ratio), P99_RATIO),
    ...(rows.some(({ beside }) => beside) ? [atMost("the others' p99, as a multiple of that while a neighbour is attacked", worst(ratioBeside), P99_RATIO)] : []),
    atMost('memory that an attack takes', worst(growth), GROWTH_MB, ' MB'),
    atMost("others' calls that failed", worst(({ during }) => during.failed), 0),
    atMost('attacks with an outcome that is not theirs', rows.filter(({ outcomes, expected }) => outcomes.length === 0 || outcomes.some((one) => !expected.includes(one))).length, 0),
  ];
}

/** An attack's row for the report. */
export function figures(row: Row): Readonly<Record<string, unknown>> {
  const { name, outcome, before, during, after, beside, vitals } = row;
  return {
    name, outcome, p99Ms: { before: before.p99Ms, during: during.p99Ms, after: after.p99Ms, beside: beside?.p99Ms }, samples: Math.min(...[before, during, after, ...(beside ? [beside] : [])].map(({ count }) => count)),
    ratio: ratio(row), ratioBeside: ratioBeside(row), stallMs: vitals.stallMs, busyMs: vitals.busyMs, growthMb: growth(row), failed: during.failed,
  };
}

function ratioBeside({ during, beside }: Row): number {
  return beside ? during.p99Ms / Math.max(P99_FLOOR_MS, beside.p99Ms) : 0;
}

function ratio({ before, during, after }: Row): number {
  return during.p99Ms / Math.max(P99_FLOOR_MS, (before.p99Ms + after.p99Ms) / 2);
}

function growth({ calm, vitals }: Row): number {
  return vitals.rssMb - calm.rssMb;
}
