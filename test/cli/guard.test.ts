// The guards of scripts/test: what npm test starts ends with it. `ended` of a TestProcess comes when the last holder of its output is gone.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

const GUARDED = new URL('../../../scripts/test/guarded-process.mjs', import.meta.url).href;

/** A parent that runs `command` (the text of a Node program) behind a guard, and says how that ended. */
function guard(command: string, { mark = '', folder = '' } = {}): TestProcess {
  const program = `
    import { GuardedProcess } from '${GUARDED}';
    const guarded = new GuardedProcess(process.execPath, ['-e', ${JSON.stringify(command)}], { mark: '${mark}', folder: '${folder}' });
    process.on('SIGUSR2', () => void guarded.stop());
    console.log(JSON.stringify(await guarded.ended));`;
  return new TestProcess(['--input-type=module', '-e', program]);
}

const RUNS = "console.log('runs'); setInterval(() => {}, 60_000);";
const IGNORES = `process.on('SIGTERM', () => {}); ${RUNS}`;
const LEAVES = "require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();";

describe('a guard', () => {
  it("hands on its command's code", async () => {
    await using parent = guard('process.exit(7)');
    expect(JSON.parse((await parent.ended).stdout)).to.deep.equal({ code: 7, left: [], result: '' });
  });

  it('ends its command, and deletes its folder, when its parent is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-guard-'));
    await using parent = guard(RUNS, { folder });
    await parent.waitForOutput(/runs/);
    parent.kill('SIGKILL');
    await parent.ended;
    expect(existsSync(folder)).to.equal(false);
  });

  it('ends a command that does not listen', async () => {
    await using parent = guard(IGNORES);
    await parent.waitForOutput(/runs/);
    parent.kill('SIGUSR2');
    expect((await parent.ended).stdout).to.include('"code":137');
  });

  // Elsewhere there is no /proc to find them in.
  if (process.platform === 'linux') {
    it('names what its command left behind, and ends it', async () => {
      await using parent = guard(LEAVES, { mark: `guard-test-${process.pid}` });
      expect((await parent.ended).stdout).to.match(/"left":\["\d+ sleep 600"\]/);
    });
  }
});
