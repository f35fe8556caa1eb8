// `connect`: options, addresses, tokens, and gateways that do not answer.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { ConfigurationError, SiloUnavailableError, UnauthenticatedError } from '../../protocol/errors/index.js';
import { connect, type ConnectOptions } from '../../sdk/client/index.js';
import { Actor, Public } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { RestartableGateway } from './restartable-gateway.js';

@Actor({ name: 'door' })
class Door {
  @Public() knock(): string {
    return 'come in';
  }
}

/** A port where nobody listens, or somebody who never says anything. */
async function port(listening: boolean): Promise<{ readonly address: string; readonly server: Server }> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (!listening) await new Promise<void>((resolve) => void server.close(() => resolve()));
  return { address, server };
}

describe('connecting', () => {
  let gateway: RestartableGateway;

  before(async () => {
    gateway = new RestartableGateway([Door], {
      session: 'door',
      authenticate: ({ token }: { token?: string }) => {
        if (token === 'bad') throw new Error('the secret reason');
        return { id: token ?? 'nobody' };
      },
    });
    await gateway.start();
  });
  after(async () => {
    await gateway.stop();
    await gateway.silo.runtime.stop();
  });

  const BAD: Readonly<Record<string, unknown>> = {
    'no address outside a page': {}, 'an empty list': { address: [] }, 'a bare host': { address: '127.0.0.1:3000' }, 'a word': { address: 'gateway' }, 'another protocol': { address: 'ftp://x' },
    'a number': { address: 3000 }, 'one bad address of two': { address: ['http://127.0.0.1:1', 'x'] }, 'an unknown option': { address: 'http://127.0.0.1:1', url: 'x' },
    'a bad timeout': { address: 'http://127.0.0.1:1', timeout: 'soon' }, 'a bad connectTimeout': { address: 'http://127.0.0.1:1', connectTimeout: -1 }, 'a token that is a number': { address: 'http://127.0.0.1:1', token: 1 },
  };
  for (const [what, options] of Object.entries(BAD)) {
    it(`is refused for ${what}`, async () => {
      expect(await failure(connect(options as ConnectOptions))).to.be.instanceOf(ConfigurationError);
    });
  }

  it('takes an address, a list, or options; http and ws', async () => {
    const ws = gateway.address.replace('http', 'ws');
    const ways = [() => connect(gateway.address), () => connect([gateway.address]), () => connect(`${ws}/`, { token: 'a' }), () => connect({ address: ws, token: () => 'b' }), () => connect({ address: [ws], token: async () => Promise.resolve('c') })];
    const ids: string[] = [];
    for (const way of ways) {
      const client = await way();
      ids.push(client.identity.id);
      expect(await client.self<Door>().knock()).to.equal('come in');
      await client.close();
    }
    expect(ids).to.deep.equal(['nobody', 'nobody', 'a', 'b', 'c']);
  });

  it('rejects at once, in general terms, when the gateway does not accept the token', async () => {
    const error = await failure(connect({ address: gateway.address, token: 'bad', connectTimeout: '1h' }));
    expect(error).to.be.instanceOf(UnauthenticatedError);
    expect(`${error.message} ${error.stack}`).to.not.contain('secret reason');
  });

  it('asks a token function that threw again, and gives up at once on one that is wrong', async () => {
    let asked = 0;
    const token = (): string => {
      if (++asked === 1) throw new Error('the token service is away');
      return 'late';
    };
    const client = await connect({ address: gateway.address, token });
    expect([client.identity.id, asked]).to.deep.equal(['late', 2]);
    await client.close();
    expect(await failure(connect({ address: gateway.address, connectTimeout: '1h', token: () => 5 as unknown as string }))).to.be.instanceOf(ConfigurationError);
  });

  it('tries the next address when one does not answer', async () => {
    const dead = await port(false);
    const client = await connect([dead.address, gateway.address]);
    expect(await client.self<Door>().knock()).to.equal('come in');
    await client.close();
  });

  it('gives up after connectTimeout, naming the addresses and the last reason', async () => {
    const [dead, mute] = [await port(false), await port(true)];
    const error = await failure(connect([dead.address, mute.address], { connectTimeout: '50ms' }));
    expect(error).to.be.instanceOf(SiloUnavailableError);
    expect(error.message).to.contain(dead.address).and.contain(mute.address).and.contain('50 ms').and.contain('the last attempt:');
    const muted = await failure(connect(mute.address, { connectTimeout: '50ms' }));
    expect(muted).to.be.instanceOf(SiloUnavailableError);
    mute.server.close();
  });
});
