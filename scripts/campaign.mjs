// `npm run campaign`: the measuring programs of bench/ one after the other, each in a process of its own, on a Redis of their own.
//   npm run campaign -- [--short] [--only words] [--redis redis://127.0.0.1:6379] [--out reports.json] [--list]
// Ends with a table of all goals and the line `N passed, N failed`; the exit code is 1 when a goal is missed. Nothing stays behind, also when
// this process is killed. docs/measuring.md says what the figures mean.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { root } from './build/root.mjs';
import { STEPS } from './campaign/steps.mjs';
import { Failure, report } from './failure.mjs';
import { watchForOrphaning } from './orphan-watch.mjs';
import { GuardedProcess } from './test/guarded-process.mjs';
import { startRedis } from './test/redis.mjs';

const OPTIONS = { short: { type: 'boolean' }, only: { type: 'string' }, redis: { type: 'string' }, out: { type: 'string' }, list: { type: 'boolean' } };

/** @typedef {{ name: string, goal: string, measured: string, isMet: boolean }} Goal */

/** What has to be stopped, latest last. @type {(() => Promise<unknown>)[]} */
const started = [];
let isInterrupted = false;

async function main() {
  const { short, only = '', redis: given, out, list } = readFlags();
  const steps = STEPS.filter(({ name }) => name.includes(only));
  if (steps.length === 0) throw new Failure(`--only ${only}: no step is named so; there are: ${STEPS.map(({ name }) => name).join('; ')}`);
  if (list) {
    for (const step of steps) process.stdout.write(`${step.name.padEnd(36)} ${step.script} ${(short ? step.short : step.full).join(' ')}\n`);
    return undefined;
  }
  await build();
  if (given) process.env.TROUPE_TEST_REDIS = given;
  const redis = await startRedis();
  started.push(() => redis.stop());
  const outcomes = [];
  for (const step of steps) if (!isInterrupted) outcomes.push(await runStep(step, short ? step.short : step.full, redis.url));
  if (out) writeFileSync(out, JSON.stringify(outcomes.map(({ step, report: told, goals }) => ({ step: step.name, goals, ...told })), undefined, 2));
  return summarize(outcomes);
}

function readFlags() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new Failure(`${error.message}. Known: --short, --only words, --redis URL, --out file, --list.`);
  }
}

async function runStep(step, args, redis) {
  process.stdout.write(`\n=== ${step.name}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'troupe-campaign-'));
  const env = { ...process.env, TROUPE_BENCH_REPORT: join(folder, 'result.json') };
  const script = [join(root, 'dist', step.script), ...args.map((arg) => arg.replace('{redis}', redis))];
  const bench = new GuardedProcess(process.execPath, script, { mark: randomUUID(), folder, env });
  const stop = () => bench.stop();
  started.push(stop);
  const { code, left, result } = await bench.ended;
  started.splice(started.indexOf(stop), 1);
  const told = result ? JSON.parse(result) : undefined;
  return { step, report: told, goals: goalsOf(told, code, left) };
}

/** @returns {Goal[]} */
function goalsOf(told, code, left) {
  const goals = [...(told?.goals ?? [])];
  const hasMissed = goals.some(({ isMet }) => !isMet);
  // A missed goal is the reason of its exit code.
  if (!told || (code !== 0 && !hasMissed)) goals.push({ name: 'it runs to its end', goal: 'exit code 0', measured: `exit code ${code}`, isMet: code === 0 });
  for (const process of left) goals.push({ name: 'it leaves no process behind', goal: 'none', measured: process, isMet: false });
  return goals;
}

function summarize(outcomes) {
  process.stdout.write('\n=== goals\n');
  for (const { step, goals } of outcomes) {
    process.stdout.write(`${step.name}\n`);
    for (const { name, goal, measured, isMet } of goals) process.stdout.write(`  ${isMet ? 'met   ' : 'MISSED'}  ${name}: ${measured} (goal ${goal})\n`);
  }
  const all = outcomes.flatMap(({ goals }) => goals);
  return { passed: all.filter(({ isMet }) => isMet).length, failed: all.filter(({ isMet }) => !isMet).length + (isInterrupted ? 1 : 0) };
}

function interrupt(reason) {
  if (!isInterrupted) process.stderr.write(`${reason}\n`);
  isInterrupted = true;
  for (const stop of started) void stop();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(`interrupted by ${signal}`));
// A closed terminal or pipe must not keep us from tidying up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
watchForOrphaning(() => interrupt('npm is gone'));

const counts = await main().catch((error) => {
  report(error instanceof Failure ? error : new Error('npm run campaign broke', { cause: error }));
  return { passed: 0, failed: 1 };
});
for (const stop of started.reverse()) await stop();
if (counts) {
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}
