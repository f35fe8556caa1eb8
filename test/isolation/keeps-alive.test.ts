import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

describe('a process that waits for a component in a thread', () => {
  it('lives until the call is answered, also while the thread is on its way back, and ends then', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('./fixtures/awaits-thread.js', import.meta.url))]);
    expect(stdout).to.equal('2\n');
  });
});
