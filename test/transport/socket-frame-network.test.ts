import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ConfigurationError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { frameNetworkContract } from '../contracts/frame-network.contract.js';
import { TestProcess, freePort } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Heard, bytes } from './heard.js';

frameNetworkContract('Socket.IO', async () => {
  const proxies: TcpProxy[] = [];
  const mute: Server = createServer((tcp) => tcp.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  return {
    open: (siloId, incarnation, { address, cluster = 'main' } = {}) => new SocketFrameNetwork({
      siloId, incarnation, cluster, secrets: ['a secret of the cluster'], port: address === undefined ? 0 : Number(new URL(address).port),
    }),
    wayTo: async ({ address }) => {
      const proxy = await TcpProxy.start(address);
      proxies.push(proxy);
      return proxy.url;
    },
    nowhere: async () => `ws://127.0.0.1:${await freePort()}`,
    silent: () => Promise.resolve(`ws://127.0.0.1:${(mute.address() as AddressInfo).port}`),
    stall: () => proxies.forEach((proxy) => proxy.stall()),
    pass: () => undefined,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      mute.close();
    },
  };
});


describe('SocketFrameNetwork', () => {
  const common = { cluster: 'main', secrets: ['a secret of the cluster'] };
  const siloProcess = (...args: readonly string[]) => new TestProcess([fileURLToPath(new URL('./fixtures/silo-process.js', import.meta.url)), ...args]);
  let accepted: Heard[];
  let here: SocketFrameNetwork;
  beforeEach(async () => {
    accepted = [];
    here = new SocketFrameNetwork({ siloId: 'here', incarnation: 'h1', ...common });
    await here.listen((connection) => accepted.push(new Heard(connection)));
  });
  afterEach(() => here.close());

  for (const end of ['that connected', 'that was connected to']) {
    it(`notices at the end ${end} that the other process stands still, and that a killed one is gone`, async () => {
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
        accepted = [];
        await using other = siloProcess(...(end === 'that connected' ? [] : [here.address, 'h1']));
        const [, address = ''] = await other.waitForOutput(/listens at (\S+)/);
        const ours = end === 'that connected' ? new Heard(await here.connect(address, 'p1')) : accepted[0]!;
        ours.connection.send(bytes('hello'));
        await ours.first(1);
        other.kill(signal);
        expect(await ours.closed).to.match(signal === 'SIGSTOP' ? /silent for about a second/ : /connection broke/);
        if (signal === 'SIGSTOP') other.kill('SIGCONT');
      }
    });
  }

  it('does not take its own held event loop for the silence of its peers', async () => {
    const near = new Heard(await here.connect(here.address, 'h1'));
    for (let held = 0; held < 2; held++) {
      const until = performance.now() + 1500;
      while (performance.now() < until);
      near.connection.send(bytes(`after ${held}`));
      expect((await accepted[0]!.first(held + 1)).at(-1)).to.equal(`after ${held}`);
    }
  });

  it('keeps an idle connection, while one dies of silence', async () => {
    await using proxy = await TcpProxy.start(here.address);
    const idle = new Heard(await here.connect(here.address, 'h1'));
    const near = new Heard(await here.connect(proxy.url, 'h1'));
    proxy.stall();
    await Promise.all([near.closed, accepted[1]!.closed]);
    idle.connection.send(bytes('still here'));
    expect(await accepted[0]!.first(1)).to.deep.equal(['still here']);
  });

  it('says by which address others reach it, and wants to be told when it listens on every address', async () => {
    const everywhere = new SocketFrameNetwork({ siloId: 'w', incarnation: 'w1', ...common, host: '0.0.0.0' });
    const error: unknown = await everywhere.listen(() => undefined).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(ConfigurationError).with.property('message').that.matches(/by which address/);
    const named = new SocketFrameNetwork({ siloId: 'n', incarnation: 'n1', ...common, advertise: 'ws://silo-3.internal:11111' });
    await named.listen(() => undefined);
    expect(named.address).to.equal('ws://silo-3.internal:11111');
    await named.close();
  });

  it('refuses while it closes, and leaves nothing open', async () => {
    const connecting = here.connect(here.address, 'h1').then(() => 'connected', (error: Error) => error.message);
    await here.close();
    expect(await connecting).to.match(/no silo can be reached at .*: ECANCELED/);
    const error: unknown = await here.connect(here.address, 'h1').catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(SiloUnavailableError);
  });
});
