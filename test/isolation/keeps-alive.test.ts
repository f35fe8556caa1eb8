import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const outputOf = async (fixture: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, [fileURLToPath(new URL(`./fixtures/${fixture}.js`, import.meta.url))])).stdout;

describe('a process that waits for a component in a thread', () => {
  it('lives until the call is answered, also while the thread is on its way back, and ends then', async () => {
    expect(await outputOf('awaits-thread')).to.equal('2\n');
  });

  it('does not live on for a component that is degraded: its calls are refused, and nobody waits', async () => {
    expect(await outputOf('refused-by-threads')).to.equal('ComponentCrashedError\nended at once\n');
  }).timeout(40_000);
});
