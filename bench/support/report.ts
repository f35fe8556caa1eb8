import { writeFileSync } from 'node:fs';

/** Something that a benchmark must reach. `measured` and `goal` are written for people. */
export interface Goal {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** What a benchmark prints at its end. */
export interface BenchReport {
  readonly bench: string;
  /** Sizes, stores and the like: what must be the same to compare two runs. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly goals: readonly Goal[];
}

/** A goal that a figure stays at or under. */
export function atMost(name: string, measured: number, limit: number, unit = ''): Goal {
  return { name, goal: `≤ ${show(limit)}${unit}`, measured: `${show(measured)}${unit}`, isMet: measured <= limit };
}

/** A goal that a figure reaches. */
export function atLeast(name: string, measured: number, limit: number, unit = ''): Goal {
  return { name, goal: `≥ ${show(limit)}${unit}`, measured: `${show(measured)}${unit}`, isMet: measured >= limit };
}

/** A number as people read it. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

/**
 * Prints the goals and, as the last line, the report as JSON; the exit code is 1 when a goal is missed. `TROUPE_BENCH_REPORT` names a file for
 * the JSON instead (`npm run campaign` reads it).
 */
export function finish(report: BenchReport): void {
  for (const { name, goal, measured, isMet } of report.goals) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${measured} (goal ${goal})`);
  const file = process.env['TROUPE_BENCH_REPORT'];
  if (file === undefined) console.log(JSON.stringify(report));
  else writeFileSync(file, JSON.stringify(report));
  if (report.goals.some(({ isMet }) => !isMet)) process.exitCode = 1;
}
