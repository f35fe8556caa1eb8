import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SocketFrameNetwork } from '../../transport/socket-frame-network.js';
import { frameNetworkContract } from '../contracts/frame-network.contract.js';
import { freePort } from '../support/processes.js';
import { TcpProxy } from '../support/tcp-proxy.js';

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

