import type { Latencies } from './good-clients.js';
import type { Vitals } from './silo-process.js';

/** One attack and what it did. */
export interface Row {
  readonly name: string;
  readonly outcome: string;
  readonly before: Latencies;
  readonly during: Latencies;
  readonly calm: Vitals;
  readonly vitals: Vitals;
}

const STALL_MS = 100;
const P99_RATIO = 2;
/** Below this a ratio says more about the machine than about the silo. */
const P99_FLOOR_MS = 20;
const GROWTH_MB = 256;

const COLUMNS = [52, 10, 10, 16, 7, 12, 8] as const;

function line(cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[index] ?? 0))).join(' ')}\n`);
}

/** The table's head. */
export function printTitle(): void {
  line(['attack', 'stall ms', 'busy ms', 'p99 before/with', 'ratio', 'RSS +MB', 'failed', ' outcome']);
}

export function printRow(row: Row): void {
  const { name, before, during, vitals, outcome } = row;
  line([
    name, vitals.stallMs.toFixed(0), vitals.busyMs.toFixed(0), `${before.p99Ms.toFixed(1)}/${during.p99Ms.toFixed(1)}`, ratio(row).toFixed(2),
    growth(row).toFixed(0), String(during.failed), `  ${outcome}`,
  ]);
}

/** The goals that an attack made the silo miss, in words. */
export function misses(row: Row): string[] {
  const { name, outcome, during, vitals } = row;
  return [
    ...(vitals.busyMs > STALL_MS ? [`${name}: the loop stood still for ${vitals.busyMs.toFixed(0)} ms of computing; the goal is ${STALL_MS}`] : []),
    ...(ratio(row) > P99_RATIO && during.p99Ms > P99_FLOOR_MS ? [`${name}: the others' p99 is ${ratio(row).toFixed(2)} times what it was; the goal is ${P99_RATIO}`] : []),
    ...(growth(row) > GROWTH_MB ? [`${name}: ${growth(row).toFixed(0)} MB more; the goal is ${GROWTH_MB}`] : []),
    ...(during.failed > 0 ? [`${name}: ${during.failed} calls of others failed`] : []),
    ...(/then:|NO ANSWER/.test(outcome) ? [`${name}: ${outcome}`] : []),
  ];
}

function ratio({ before, during }: Row): number {
  return during.p99Ms / before.p99Ms;
}

function growth({ calm, vitals }: Row): number {
  return vitals.rssMb - calm.rssMb;
}
