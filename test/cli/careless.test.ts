import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connect, type Client } from '../../sdk/client/index.js';
import { TestProcess } from '../support/processes.js';
import type { Careless } from './fixtures/careless.fixture.js';

const ACTORS = fileURLToPath(new URL('./fixtures/careless.fixture.js', import.meta.url));

describe('a silo whose actors are careless', () => {
  const start = async (): Promise<{ silo: TestProcess; client: Client }> => {
    const silo = TestProcess.troupe(['--modules', ACTORS, '--gateway-port', '0', '--auth', 'anonymous']);
    const [, address = ''] = await silo.waitForOutput(/^Troupe is running\. \D+(http:\S+)$/m);
    return { silo, client: await connect(address) };
  };

  it('goes on after a promise was rejected that nobody awaited, and says so', async () => {
    const { silo, client } = await start();
    await using process = silo;
    const careless = client.actor<Careless>('careless', 'c');
    expect(await careless.forgetAwait()).to.equal('forgot');
    await process.waitForOutput(/nobody awaited it; the silo goes on: Error: forgotten by careless/, 40_000, 'stderr');
    expect(await careless.ping()).to.equal('pong');
    await client.close();
  });

  it('stops in good order, with code 1, after a throw outside any turn', async () => {
    const { silo, client } = await start();
    await using process = silo;
    await client.actor<Careless>('careless', 'c').throwLater();
    const { code, stderr } = await process.ended;
    expect(code).to.equal(1);
    expect(stderr).to.contain('the silo stops: Error: thrown later by careless').and.contain('the silo stopped');
    await client.close();
  });
});
