// `npm test`: installs and builds what is stale, gets a real Redis and a browser, and runs every test in dist/test. Arguments go to mocha
// (`npm test -- --grep mailbox`, `npm test -- test/cli/flags.test.ts`). The last line on stdout is `N passed, N failed`, the exit code 0 or 1.
// Nothing stays behind, also when this process is killed: Redis and mocha run behind guards (test/guard.mjs).
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './build/root.mjs';
import { Failure, report } from './failure.mjs';
import { watchForOrphaning } from './orphan-watch.mjs';
import { findChromium } from './test/chromium.mjs';
import { GuardedProcess } from './test/guarded-process.mjs';
import { startRedis } from './test/redis.mjs';

const LIMIT_MS = 2_700_000;
const TESTS = 'dist/test/**/*.test.js';

/** @typedef {{ passed: number, failed: number, failures: string[], hasEnded: boolean, running?: string }} Result */

/** What has to be stopped, latest last. @type {(() => Promise<unknown>)[]} */
const started = [];
let stopReason = '';

async function main() {
  await build();
  const chromium = await findChromium();
  const redis = await startRedis();
  started.push(() => redis.stop());
  process.stderr.write(`Redis: ${redis.origin}. Browser: ${chromium}.\n`);
  if (stopReason) return count(0, 1, [stopReason]);
  return judge(await runMocha({ TROUPE_TEST_REDIS: redis.url, TROUPE_TEST_CHROMIUM: chromium }));
}

async function runMocha(env) {
  const given = process.argv.slice(2).map((arg) => (/^(\.\/)?test\/.*\.ts$/.test(arg) ? join('dist', arg.replace(/\.ts$/, '.js')) : arg));
  const files = given.some((arg) => /\.test\.js$/.test(arg)) ? [] : [TESTS];
  const args = [join(root, 'node_modules/mocha/bin/mocha.js'), ...files, ...given];
  const folder = mkdtempSync(join(tmpdir(), 'troupe-test-'));
  const variables = { ...process.env, ...env, TROUPE_TEST_RESULT: join(folder, 'result.json') };
  const mocha = new GuardedProcess(process.execPath, args, { mark: randomUUID(), folder, env: variables });
  started.push(() => mocha.stop());
  const limit = setTimeout(() => interrupt(`the tests did not end within ${LIMIT_MS / 60_000} minutes`), LIMIT_MS);
  const outcome = await mocha.ended;
  clearTimeout(limit);
  return outcome;
}

function judge({ code, left, result: text }) {
  /** @type {Result} */
  const result = text ? JSON.parse(text) : { passed: 0, failed: 0, failures: [], hasEnded: false };
  const reasons = [];
  if (stopReason) reasons.push(stopReason);
  else if (!result.hasEnded) reasons.push(`mocha ended early with code ${code}`);
  if (!result.hasEnded) for (const failure of result.failures) reasons.push(`failed: ${failure}`);
  if (!result.hasEnded && result.running) reasons.push(`the last test that began: ${result.running}`);
  for (const process of left) reasons.push(`a test left a process behind: ${process}`);
  if (result.hasEnded && result.passed + result.failed === 0) reasons.push('no test ran');
  return count(result.passed, result.failed + (reasons.length > 0 ? 1 : 0), reasons);
}

/** Says why tests counted as failed that did not report themselves. */
function count(passed, failed, reasons) {
  for (const reason of reasons) process.stderr.write(`${reason}\n`);
  return { passed, failed };
}

/** Ends what runs; `main` then goes on to its end. */
function interrupt(reason) {
  stopReason ||= reason;
  for (const stop of started) void stop();
}

async function stopAll() {
  for (const stop of started.reverse()) await stop();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(`interrupted by ${signal}`));
// A closed terminal or pipe must not keep us from tidying up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
watchForOrphaning(() => interrupt('npm is gone'));

const { passed, failed } = await main().catch((error) => {
  report(error instanceof Failure ? error : new Error('npm test broke', { cause: error }));
  return { passed: 0, failed: 1 };
});
await stopAll();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
