// Messages of 100 bytes to another process and back over the network of silos, framed: what links could do at best on this machine.
//   node dist/bench/link-echo.js [--seconds 2] [--rounds 3]
// The medians of the rounds. A shared machine has no absolute figures: compare with the layer above in the same run (bench/links/framed-echo.ts).
import { parseArgs } from 'node:util';
import { callsPerSecond, medianMicros } from './links/call-rates.js';
import { FramedEcho } from './links/framed-echo.js';
import { finish, show } from './support/report.js';

const IN_FLIGHT = [1, 100, 1000];
const PAYLOAD = new Uint8Array(100).fill(7);
const LONE_CALLS = 2000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '3' } } });
const settings = { measureMs: Number(values.seconds) * 1000, rounds: Number(values.rounds) };

await using echo = await FramedEcho.open();
const call = (): Promise<Uint8Array> => echo.call(PAYLOAD);
const rates = new Map<number, number[]>(IN_FLIGHT.map((inFlight) => [inFlight, []]));
const lone: number[] = [];
await callsPerSecond(call, 100, Math.min(1000, settings.measureMs));
for (let round = 0; round < settings.rounds; round++) {
  for (const [inFlight, measured] of rates) measured.push(await callsPerSecond(call, inFlight, settings.measureMs));
  lone.push(await medianMicros(call, LONE_CALLS));
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
const figures: Record<string, number> = { 'p50 of a lone call, µs': Math.round(median(lone)) };
for (const [inFlight, measured] of rates) figures[`calls/s, ${inFlight} in flight`] = Math.round(median(measured));
for (const [name, figure] of Object.entries(figures)) console.log(`${name}: ${show(figure)}`);
finish({ bench: 'link-echo', settings: { ...settings, payloadBytes: PAYLOAD.length }, figures, goals: [] });
