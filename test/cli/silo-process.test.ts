import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

const FIXTURE = fileURLToPath(new URL('./fixtures/silo-process.fixture.js', import.meta.url));

function run(behaviour: string): TestProcess {
  return new TestProcess([FIXTURE, behaviour]);
}

describe('a silo as a process', () => {
  it("prints the page's address, one that a browser on this machine can open", async () => {
    await using process = run('normal');
    const [, address] = await process.waitForOutput(/^Troupe is running\. Open (\S+)$/m);
    expect(address).to.equal('http://127.0.0.1:3000');
  });

  it('says that it has no gateway', async () => {
    await using process = run('no-gateway');
    await process.waitForOutput(/^Troupe is running, without a gateway\.$/m);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops on ${signal} and exits with 0`, async () => {
      await using process = run('normal');
      await process.waitForOutput(/is running/);
      process.kill(signal);
      const { code, stdout, stderr } = await process.ended;
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/stopping in peace\n$/);
    });
  }

  for (const [signal, code] of [['SIGTERM', 143], ['SIGINT', 130]] as const) {
    it(`is cut short by a second signal: ${signal} exits with ${code}`, async () => {
      await using process = run('never-stops');
      await process.waitForOutput(/is running/);
      process.kill('SIGTERM');
      await process.waitForOutput(/stopping/);
      process.kill(signal);
      expect((await process.ended).code).to.equal(code);
    });
  }

  it('takes the Ctrl-C that npm passes on for the one that the terminal sent', async () => {
    await using process = new TestProcess([FIXTURE, 'echo'], { env: { npm_lifecycle_event: 'start' } });
    await process.waitForOutput(/is running/);
    process.kill('SIGINT');
    expect((await process.ended).code).to.equal(0);
    await using alone = run('echo');
    await alone.waitForOutput(/is running/);
    alone.kill('SIGINT');
    expect((await alone.ended).code).to.equal(130);
  });

  it('stops as soon as it runs when the signal comes during the start', async () => {
    await using process = run('slow-start');
    await process.waitForOutput(/starting/);
    process.kill('SIGTERM');
    const { code, stdout } = await process.ended;
    expect(stdout).to.equal('starting\nstopping in peace\n');
    expect(code).to.equal(0);
  });

  it('exits with 1 and the reason when the stop fails', async () => {
    await using process = run('fails-to-stop');
    await process.waitForOutput(/is running/);
    process.kill('SIGTERM');
    const { code, stderr } = await process.ended;
    expect(code).to.equal(1);
    expect(stderr).to.include('the disk is on fire');
  });

  it('lets go by force, says why and exits with 3 when its cluster declares it dead', async () => {
    await using process = run('fenced');
    const { code, stdout, stderr } = await process.ended;
    expect(code).to.equal(3);
    expect(stdout).to.include('stopping by force');
    expect(stderr).to.equal('troupe: the cluster declared this silo dead (its lease ended); it stops, start it again\n');
  });
});
