import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Actor, ConfigurationError, ReadOnly, State } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { readPage } from '../docs/pages.js';
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

  describe('that forgets an await ends as Node has it, and what is printed', () => {
    const forget = async (call: string, ...flags: readonly string[]): Promise<string> => {
      const fixture = fileURLToPath(new URL('./fixtures/forgets-await.fixture.js', import.meta.url));
      await using process = new TestProcess([...flags, fixture, call]);
      const { code, stderr } = await process.ended;
      expect(code, stderr).to.equal(1);
      return stderr;
    };

    it('names the actor that could not wake, with the code and the place where its code threw', async () => {
      const stderr = await forget('activation');
      expect(stderr).to.match(/^ActivationFailedError: sleeper\/bad could not be activated: planted in the constructor\n/m);
      expect(stderr).to.contain("code: 'ERR_ACTIVATION_FAILED'").and.to.match(/\[cause\]: Error: planted in the constructor\n +at new Sleeper \(.*forgets-await\.fixture/);
    });

    it('has the error in the log once, its cause beside it', async () => {
      const [line = ''] = (await forget('activation')).split('\n');
      const { err } = JSON.parse(line) as { readonly err: { readonly message: string; readonly cause: { readonly message: string; readonly stack: string }; readonly data?: unknown } };
      expect(err.message).to.equal('sleeper/bad could not be activated: planted in the constructor');
      expect(err.cause.message).to.equal('planted in the constructor');
      expect(err.cause.stack).to.contain('forgets-await.fixture');
      expect(err.data).to.equal(undefined);
    });

    it('names the method that there is none of, with the code and the place of the call', async () => {
      const stderr = await forget('method');
      expect(stderr).to.contain("UnknownMethodError: sleeper/good has no callable method 'snore'").and.to.contain("code: 'ERR_UNKNOWN_METHOD'");
      expect(stderr).to.match(/at forgetful \(.*forgets-await\.fixture/);
    });

    it('tells what a method threw once, with the method; with longer stacks, as docs/errors.md says, with the place of the call', async () => {
      const stderr = await forget('throw', '--stack-trace-limit=40');
      expect(stderr.match(/ at .*Sleeper\.refuse \(.*forgets-await\.fixture/g)).to.have.length(1);
      expect(stderr).to.contain("code: 'ERR_REMOTE'").and.to.contain("remoteName: 'Refused'");
      expect(stderr).to.match(/at forgetful \(.*forgets-await\.fixture/);
      expect(readPage('docs/errors.md')).to.contain('node --stack-trace-limit=40');
    });
  });
});
