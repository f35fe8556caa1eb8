import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Actor, ConfigurationError } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { takePort, TestProcess } from '../support/processes.js';

@Actor({ name: 'lodger' })
class Lodger {}

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
});
