// SIGSTOP and SIGCONT of a whole process: its loop and its thread stand still together, and wake together.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SystemClock } from '../../protocol/system-clock.js';
import { RedisMembership } from '../../state/redis-membership.js';
import { TestProcess } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { phase } from './phase.js';
import { RedisBench } from './redis-bench.js';

const PROGRAM = fileURLToPath(new URL('./member-process.js', import.meta.url));

describe('a stopped process', () => {
  let direct: RedisBench;
  beforeEach(async () => (direct = await RedisBench.open()));
  afterEach(() => direct.dispose());

  const joined = async (child: TestProcess): Promise<string> => (await child.waitForOutput(/^joined (\S+)$/m))[1]!;

  it('has no lease when it wakes after 3 s, until a beat is answered; nobody declared it dead, so it goes on', async () => {
    await using proxy = Object.assign(await TcpProxy.start(direct.url), { [Symbol.asyncDispose]: () => proxy.stop() });
    await using child = new TestProcess([PROGRAM, proxy.url, direct.cluster]);
    await joined(child);
    proxy.stall();
    child.kill('SIGSTOP');
    const stoppedMs = performance.now();
    await phase('it stood still for 3 s', () => performance.now() - stoppedMs > 3000);
    child.kill('SIGCONT');
    expect((await child.waitForOutput(/^woke (\S+)$/m))[1]).to.equal('false');
    expect(child.stdout).not.to.match(/^valid$/m);
    proxy.release();
    await child.waitForOutput(/^valid$/m);
    expect(child.stdout).not.to.include('fenced');
  });

  it('fences itself within 1 s of waking when it was declared dead meanwhile, and is valid at no time', async () => {
    await using child = new TestProcess([PROGRAM, direct.url, direct.cluster]);
    const incarnation = await joined(child);
    const observer = new RedisMembership(direct.connection, {
      siloId: 'observer', address: 'a', clock: new SystemClock(), cluster: direct.cluster, beatEveryMs: 100, silentAfterMs: 1200,
    });
    await observer.start();
    try {
      expect(observer.statusOf(incarnation)).to.equal('up');
      child.kill('SIGSTOP');
      await phase('it is declared dead', () => observer.statusOf(incarnation) === 'dead');
      child.kill('SIGCONT');
      expect((await child.waitForOutput(/^woke (\S+)$/m))[1]).to.equal('false');
      expect(Number((await child.waitForOutput(/^fenced (\d+)$/m))[1])).to.be.below(1000);
      expect(child.stdout).not.to.match(/^valid$/m);
    } finally {
      await observer.stop();
    }
  });
});
