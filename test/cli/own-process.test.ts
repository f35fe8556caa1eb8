import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Actor, ConfigurationError, ReadOnly, State } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { takePort, TestProcess } from '../support/processes.js';
import { acquireRedis } from '../support/redis-server.js';

const OWN_PROCESS = fileURLToPath(new URL('./fixtures/own-process.fixture.js', import.meta.url));

@Actor({ name: 'lodger' })
class Lodger {}

/** What the fixture's actor has saved. */
@Actor({ name: 'till' })
class Till {
  @State() count = 0;
  @ReadOnly() counted(): number {
    return this.count;
  }
}

describe('a silo in a process of your own', () => {
  it('keeps the process until it has stopped, beside a turn that still waits', async () => {
    await using process = new TestProcess([fileURLToPath(new URL('./fixtures/stops-alone.fixture.js', import.meta.url))]);
    const { code, stdout } = await process.ended;
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'stopped\n' });
  });

  it('says which option gives a port that is not taken', async () => {
    const { port, release } = await takePort();
    const error = await failure(startSilo({ modules: [Lodger], log: 'silent', gateway: { port, authenticate: 'anonymous' } }));
    await release();
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.equal(`gateway: port ${port} of 127.0.0.1 is taken; end what uses it, or give another gateway.port`);
  });

  it('saves on SIGTERM what waited to be saved lazily when it stops its silo then, and ends with 0', async () => {
    await using redis = await acquireRedis();
    const cluster = `own-${randomUUID()}`;
    await using process = new TestProcess([OWN_PROCESS, 'careful', 'nothing', redis.url, cluster]);
    await process.waitForOutput(/^runs$/m);
    process.kill('SIGTERM');
    const { code, stdout, stderr } = await process.ended;
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: 'runs\nstopping\n' });
    const silo = await startSilo({ modules: [Till], log: 'silent', redis: redis.url, cluster });
    expect(await silo.actor(Till, 'a').counted()).to.equal(1);
    await silo.stop();
  });

  it('is ended by SIGTERM without stopping its silo when it does nothing about it', async () => {
    await using process = new TestProcess([OWN_PROCESS, 'careless']);
    await process.waitForOutput(/^runs$/m);
    process.kill('SIGTERM');
    const { signal, stdout } = await process.ended;
    expect({ signal, stdout }).to.deep.equal({ signal: 'SIGTERM', stdout: 'runs\n' });
  });

  for (const [forgets, what] of [['call', 'a call that rejects'], ['inside', 'a promise inside a turn']] as const) {
    it(`is ended by Node when it forgets to await ${what}, and in good order when it listens for that`, async () => {
      await using careless = new TestProcess([OWN_PROCESS, 'careless', forgets]);
      const crashed = await careless.ended;
      expect({ code: crashed.code, stdout: crashed.stdout }).to.deep.equal({ code: 1, stdout: 'runs\n' });
      expect(crashed.stderr).to.include('RangeError: the till is closed');
      await using careful = new TestProcess([OWN_PROCESS, 'careful', forgets]);
      const stopped = await careful.ended;
      expect({ code: stopped.code, stdout: stopped.stdout }).to.deep.equal({ code: 1, stdout: 'runs\nstopping\n' });
      expect(stopped.stderr).to.match(/^nobody awaited this: RangeError: the till is closed/);
    });
  }
});
