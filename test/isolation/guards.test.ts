import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { guardThread } from '../../isolation/thread/guards.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Deed } from './guarded-thread.js';

interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
  readonly code?: string;
}

async function outcomeOf(deed: Deed): Promise<Outcome> {
  const thread = new Worker(new URL('./guarded-thread.js', import.meta.url), { workerData: deed, env: {} });
  const [outcome] = (await once(thread, 'message')) as [Outcome];
  await thread.terminate();
  return outcome;
}

describe('the guards of a component thread', () => {
  for (const name of ['SIGTERM to itself', 'SIGKILL to its group', 'SIGKILL to all', 'SIGKILL to the group it leads', 'the default signal to itself']) {
    it(`refuse ${name}, and say how to end the thread alone`, async () => {
      const { error, code } = await outcomeOf({ name });
      expect(code).to.equal('ERR_CONFIGURATION');
      expect(error).to.match(/process\.kill\(-?\d+.*the whole silo.*process\.exit\(\)/);
    });
  }

  it('let signal 0 through, and signals to child processes', async () => {
    expect(await outcomeOf({ name: 'a look whether it is there' })).to.deep.equal({ value: true });
    expect(await outcomeOf({ name: 'SIGKILL to a child' })).to.deep.equal({ value: 'SIGKILL' });
  });

  for (const name of ['closing stdout', 'closing stdin through an import by name', 'closing stderr with a callback']) {
    it(`refuse ${name}`, async () => {
      const { error, code } = await outcomeOf({ name });
      expect(code).to.equal('ERR_CONFIGURATION');
      expect(error).to.match(/fs\.close(Sync)?\([012]\).*did not open/);
    });
  }

  it("refuse to close a descriptor of the silo's, which stays open", async () => {
    const fd = openSync('/dev/null', 'r');
    try {
      expect((await outcomeOf({ name: "closing the silo's", with: fd })).error).to.include(`fs.closeSync(${fd})`);
      expect(fstatSync(fd).isCharacterDevice()).to.equal(true);
    } finally {
      closeSync(fd);
    }
  });

  it('refuse to close a second time what was closed: another may have the number by then', async () => {
    expect((await outcomeOf({ name: 'closing twice' })).code).to.equal('ERR_CONFIGURATION');
  });

  it('leave a component its own files: sync, with callbacks, as promises and as streams', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-guards-'));
    try {
      expect(await outcomeOf({ name: 'its own files', with: folder })).to.deep.equal({ value: ['ab', 'ab'] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leave what Node refuses to Node', async () => {
    expect((await outcomeOf({ name: 'closing what is no descriptor' })).code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await outcomeOf({ name: 'opening without a callback' })).code).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('are not for the main thread', () => expect(guardThread).to.throw(ConfigurationError, 'main thread'));
});
