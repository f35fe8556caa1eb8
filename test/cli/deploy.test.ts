import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

describe('troupe deploy', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'troupe-deploy-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  const deploy = async (...args: readonly string[]) => {
    await using process = TestProcess.troupe(['deploy', ...args]);
    return await process.ended;
  };

  it('begin makes the lock, whole; end removes it, and leaves nothing else', async () => {
    const lock = join(folder, 'lock');
    const began = await deploy('begin', '--lock', lock);
    expect(began).to.deep.include({ code: 0, stdout: `${lock} is held: silos load nothing until troupe deploy end\n` });
    expect(readdirSync(folder)).to.deep.equal(['lock']);
    const ended = await deploy('end', '--lock', lock);
    expect(ended).to.deep.include({ code: 0, stdout: `${lock} is free: silos load what has changed\n` });
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('begin refuses a lock that is held, says by whom, and leaves it', async () => {
    const lock = join(folder, 'lock');
    await deploy('begin', '--lock', lock);
    const { code, stderr } = await deploy('begin', '--lock', lock);
    expect([code, stderr]).to.satisfy(() => code === 2 && /^troupe: deploy begin: \/.*\/lock is held already \(pid \d+ since .*Z\); end that deployment by troupe deploy end\n$/.test(stderr), stderr);
    expect(existsSync(lock)).to.equal(true);
  });
});
