import { show } from '../support/report.js';
import { median } from '../support/rounds.js';
import { profile, type ProfileEntry } from '../support/cpu-profile.js';
import { callsPerSecond, medianMicros } from './call-rates.js';

export type Calls = Readonly<Record<string, () => Promise<unknown>>>;

export interface BesideSettings {
  readonly measureMs: number;
  readonly rounds: number;
}

const IN_FLIGHT = [1, 100, 1000];
const LONE_CALLS = 2000;
const PROFILED_IN_FLIGHT = 100;

/** Measures all calls in turns, round by round, at each number in flight and alone; prints and returns the medians by name. */
export async function measureBeside(calls: Calls, { measureMs, rounds }: BesideSettings, measured = new Map<string, number[]>()): Promise<Readonly<Record<string, number>>> {
  const record = (name: string, figure: number): void => void measured.set(name, [...(measured.get(name) ?? []), figure]);
  for (const call of Object.values(calls)) await callsPerSecond(call, 100, Math.min(1000, measureMs));
  for (let round = 0; round < rounds; round++) {
    for (const inFlight of IN_FLIGHT) {
      for (const [name, call] of Object.entries(calls)) record(`${name}, ${inFlight} in flight, per second`, await callsPerSecond(call, inFlight, measureMs));
    }
    for (const [name, call] of Object.entries(calls)) record(`${name}, alone, p50 µs`, await medianMicros(call, LONE_CALLS));
  }
  const figures = Object.fromEntries([...measured].map(([name, all]) => [name, median(all)]));
  for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(60)} ${show(figure).padStart(10)}`);
  return figures;
}

/** Prints the `top` functions by their own time at the calling end; none for 0. */
export async function printTop(call: () => Promise<unknown>, measureMs: number, top: number): Promise<void> {
  if (top > 0) printEntries(await profile(async () => void (await callsPerSecond(call, PROFILED_IN_FLIGHT, measureMs))), top);
}

/** As `printTop`, at the far end: `profileFar` profiles that end for so long. */
export async function printFarTop(call: () => Promise<unknown>, measureMs: number, top: number, profileFar: (forMs: number) => Promise<readonly ProfileEntry[]>): Promise<void> {
  if (top === 0) return;
  const profiling = profileFar(measureMs);
  await callsPerSecond(call, PROFILED_IN_FLIGHT, measureMs);
  printEntries(await profiling, top);
}

function printEntries(entries: readonly ProfileEntry[], top: number): void {
  for (const { name, place, selfShare } of entries.slice(0, top)) console.log(`${(100 * selfShare).toFixed(1).padStart(5)} %  ${name.padEnd(36)} ${place}`);
}
