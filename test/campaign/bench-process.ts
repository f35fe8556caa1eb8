import { fileURLToPath } from 'node:url';
import type { BenchReport } from '../../bench/support/report.js';
import { TestProcess } from '../support/processes.js';

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url));

/** Runs a benchmark to its end in a process of its own; its report. Throws with its output when it does not end with one. */
export async function runBench(name: string, flags: readonly string[]): Promise<BenchReport> {
  await using bench = new TestProcess([`${BENCH}${name}.js`, ...flags]);
  const { stdout, stderr } = await bench.ended;
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${name} ended without a report\n${stdout}\n${stderr}`);
  return JSON.parse(last) as BenchReport;
}

/** The goals that were missed, as text, but for those whose figure depends on the machine. */
export function missed({ goals }: BenchReport, isTiming: RegExp): readonly string[] {
  return goals.filter(({ name, isMet }) => !isMet && !isTiming.test(name)).map(({ name, measured, goal }) => `${name}: ${measured} (goal ${goal})`);
}
