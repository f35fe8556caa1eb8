import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { config } from 'chai';
import Mocha from 'mocha';
import { Origins } from './origins.js';

const { EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;
/** How long mocha may take to exit once the last test has ended. */
const EXIT_MS = 5_000;

// A message alone says what was expected, also where no comparison is printed below it.
config.truncateThreshold = 2000;

/**
 * mocha's `spec`, with these additions: a pending test counts as failed (a test that needs something must say so, not vanish); a process
 * that does not exit by itself counts as failed and its open resources are named; the last line on stdout is `N passed, N failed`.
 * With `TROUPE_TEST_TIMES` set, it says how long the tests of each file took.
 * `scripts/test.mjs` prints that line itself: it sets `TROUPE_TEST_RESULT` to a file in which the counts and the failures are kept, up to date
 * after each test: it prints them when mocha ended before it could.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  private passed = 0;
  private failed = 0;
  /** Milliseconds of the tests of a file, without its hooks. */
  private readonly times = new Map<string, number>();
  private readonly pendingTitles: string[] = [];
  private runningTest = 'the files are loaded';
  private readonly origins = new Origins(() => this.runningTest);
  private readonly resultFile = process.env.TROUPE_TEST_RESULT;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_BEGIN, (test) => {
      this.runningTest = test.fullTitle();
      this.record(this.runningTest);
    });
    runner.on(EVENT_TEST_PASS, () => (this.passed += 1));
    runner.on(EVENT_TEST_FAIL, () => (this.failed += 1));
    runner.on(EVENT_TEST_END, ({ file = '', duration = 0 }) => this.times.set(file, (this.times.get(file) ?? 0) + duration));
    runner.on(EVENT_TEST_PENDING, (test) => {
      this.failed += 1;
      this.pendingTitles.push(test.fullTitle());
    });
    runner.once(EVENT_RUN_END, () => {
      // mocha makes its exit code of this.
      runner.failures = this.failed;
      this.finish();
    });
  }

  private finish(): void {
    for (const title of this.pendingTitles) console.log(`pending, counted as failed: ${title}`);
    if (process.env.TROUPE_TEST_TIMES !== undefined) this.printTimes();
    this.record(undefined);
    if (this.resultFile === undefined) console.log(`${this.passed} passed, ${this.failed} failed`);
    // Unreferenced: it fires only when something else keeps the process alive.
    setTimeout(() => this.endHangingProcess(), EXIT_MS).unref();
  }

  private printTimes(): void {
    for (const [file, ms] of [...this.times].sort(([, a], [, b]) => b - a)) console.log(`${(ms / 1000).toFixed(1).padStart(6)} s  ${relative(process.cwd(), file)}`);
  }

  private endHangingProcess(): void {
    this.failed += 1;
    this.record(undefined);
    console.error(`mocha cannot exit: a test left these open: ${process.getActiveResourcesInfo().join(', ')}`);
    for (const each of this.origins.describe()) console.error(`open: ${each}`);
    // mocha sets its own code on exit; the last listener wins.
    process.once('exit', () => (process.exitCode = 1));
    process.exit(1);
  }

  private record(running: string | undefined): void {
    if (this.resultFile === undefined) return;
    const failures = this.failures.map((test) => `${test.fullTitle()}\n${test.err?.stack ?? ''}`);
    writeFileSync(this.resultFile, JSON.stringify({ passed: this.passed, failed: this.failed, running, failures, hasEnded: running === undefined }));
  }
}
