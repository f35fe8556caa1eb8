// Every misdeed of bench/isolation/misdeeds.ts, in a thread of the class and in one of the instance, again and again: what its caller, its actor,
// its siblings and everybody else see, and how soon it is back.
//   node dist/bench/misbehaving-components.js [--runs 25] [--only words] [--tier worker|dedicated]
import { parseArgs } from 'node:util';
import { misbehave, TIERS, type Outcome, type Tier } from './isolation/misbehaviour.js';
import { MISDEEDS, type MisdeedName } from './isolation/misdeeds.js';
import { median } from './support/rounds.js';
import { atLeast, atMost, finish, type Goal } from './support/report.js';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '25' }, only: { type: 'string', default: '' }, tier: { type: 'string' } } });
const runs = Number(values.runs);
const only = new RegExp(values.only);
const names = (Object.keys(MISDEEDS) as MisdeedName[]).filter((name) => only.test(name));
const tiers = (Object.keys(TIERS) as Tier[]).filter((tier) => values.tier === undefined || tier === values.tier);
if (names.length * tiers.length === 0) throw new Error(`--only ${values.only} --tier ${values.tier ?? ''}: nothing is named so; there are ${Object.keys(MISDEEDS).join('; ')}`);

const outcomes: Outcome[] = [];
console.log(`${'misdeed'.padEnd(42)} ${'tier'.padEnd(10)} ${'well'.padStart(7)} ${'fault ms'.padStart(9)} ${'back ms'.padStart(8)} ${'worst'.padStart(8)} ${'calls'.padStart(8)} ${'longest'.padStart(8)}`);
for (const name of names) {
  for (const tier of tiers) {
    const seen: Outcome[] = [];
    for (let run = 0; run < runs; run++) seen.push(await misbehave(name, tier));
    outcomes.push(...seen);
    const figures = [
      median(seen.map(({ faultMs }) => faultMs)), median(seen.map(({ recoveryMs }) => recoveryMs)), Math.max(...seen.map(({ recoveryMs }) => recoveryMs)),
      seen.reduce((sum, { calls }) => sum + calls, 0), Math.max(...seen.map(({ longestMs }) => longestMs)),
    ].map((figure, index) => Math.round(figure).toLocaleString('en').padStart(index === 0 ? 9 : 8));
    const well = seen.filter(({ complaints }) => complaints.length === 0).length;
    console.log(`${name.padEnd(42)} ${tier.padEnd(10)} ${`${well}/${runs}`.padStart(7)} ${figures.join(' ')}`);
    for (const complaint of new Set(seen.flatMap(({ complaints }) => complaints))) console.log(`    ${complaint}`);
  }
}

const goals: Goal[] = [
  atLeast('kinds of misbehaviour', names.length, values.only === '' ? 20 : 1),
  atMost('runs in which anybody else noticed, or state was not as committed', outcomes.filter(({ complaints }) => complaints.length > 0).length, 0),
];
for (const tier of tiers) {
  const medians = names.map((name) => median(outcomes.filter((outcome) => outcome.name === name && outcome.tier === tier).map(({ recoveryMs }) => recoveryMs)));
  goals.push(atMost(`${tier}: until a component answers again, median of the slowest kind`, Math.max(...medians), 1000, ' ms'));
}
finish({ bench: 'misbehaving-components', settings: { runs, tiers, node: process.version }, figures: { outcomes: outcomes.length }, goals });
