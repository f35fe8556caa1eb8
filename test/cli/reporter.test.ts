import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess, type ProcessEnd } from '../support/processes.js';

const MOCHA = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin/mocha.js');
const REPORTER = fileURLToPath(new URL('../support/reporter.js', import.meta.url));
const SUITE = fileURLToPath(new URL('./fixtures/suite.fixture.js', import.meta.url));

async function run(suite: string, env: Readonly<Record<string, string>> = {}): Promise<ProcessEnd> {
  await using mocha = new TestProcess([MOCHA, '--no-config', '--reporter', REPORTER, SUITE], { env: { SUITE: suite, ...env } });
  return await mocha.ended;
}

function lastLine({ stdout }: ProcessEnd): string | undefined {
  return stdout.trimEnd().split('\n').at(-1);
}

describe("the tests' reporter", () => {
  const counts = { passes: '1 passed, 0 failed', fails: '1 passed, 1 failed', pends: '1 passed, 1 failed', breaks: '0 passed, 1 failed', logs: '1 passed, 0 failed' };
  for (const [suite, count] of Object.entries(counts)) {
    it(`ends with "${count}" when a suite ${suite}`, async () => {
      const end = await run(suite);
      expect(lastLine(end), end.stderr).to.equal(count);
      expect(end.code).to.equal(count.endsWith(' 0 failed') ? 0 : 1);
    });
  }

  it('names the pending tests that it counts as failed', async () => {
    expect((await run('pends')).stdout).to.include('pending, counted as failed: a suite is pending');
  });

  it('ends a mocha that cannot exit, counts that as failed and names what is open, and where it was opened', async () => {
    const end = await run('hangs');
    expect(end.code).to.equal(1);
    expect(end.stderr).to.match(/open: timer, opened during "a suite hangs"[^]*suite\.fixture/);
    expect(end.stderr).to.match(/mocha cannot exit: a test left these open: .*Timeout/);
  });

  it('says of open sockets which test opened them, and where', async () => {
    const { stderr } = await run('connects');
    expect(stderr).to.match(/open: socket \d+ to \d+, the client's end, opened during "a suite connects"[^]*suite\.fixture/);
  });

  it('leaves the last line to npm test when that asks for the counts and the failures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-reporter-'));
    const file = join(folder, 'result.json');
    const end = await run('fails', { TROUPE_TEST_RESULT: file });
    const { failures, ...result } = JSON.parse(readFileSync(file, 'utf8')) as { readonly failures: readonly string[] };
    rmSync(folder, { recursive: true });
    expect(failures).to.have.length(1);
    expect(failures[0]).to.match(/^a suite fails\nError: on purpose\n +at .*suite\.fixture/);
    expect(result).to.deep.equal({ passed: 1, failed: 1, hasEnded: true });
    expect(lastLine(end)).to.not.match(/passed/);
  });
});
