// A gateway over real sockets whose clock is virtual and whose log is kept; knocked at with handshakes of one's own making.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCodec } from '../../protocol/codec/index.js';
import { createGateway } from '../../silo/gateway/open-gateway.js';
import { resolveGatewayOptions } from '../../silo/options/gateway-options.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { SocketClientListener } from '../../transport/socket-client-listener.js';
import { RecordingLogger } from '../support/memory-silo.js';
import { FakeBackend } from './fake-backend.js';
import { Hero } from './heroes.js';
import { RawWebSocket } from './raw-web-socket.js';

/** What became of a handshake: the refusal that the client reads, or its welcome. */
export interface Knock {
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly welcome?: { readonly identity: { readonly id: string }; readonly resumeToken?: string };
}

/** An open gateway. */
export interface RefusalBench {
  readonly clock: VirtualClock;
  readonly log: RecordingLogger;
  /** `handshake`: the JSON that Socket.IO sends as `auth`. Resolves when the gateway has decided; the connection is over then. */
  knock(handshake: string): Promise<Knock>;
  stop(): Promise<void>;
}

/** Opens one. `resumeSecret` stands for the cluster's secret and genesis. */
export async function refusalBench(authenticate: unknown, resumeSecret = 'secret'): Promise<RefusalBench> {
  const codec = createCodec();
  const clock = new VirtualClock();
  const log = new RecordingLogger();
  const http = createServer();
  const listener = new SocketClientListener(http, { origins: [], maxFrameBytes: 1_100_000, packets: { perSecond: 1000, burst: 1000 } });
  const options = resolveGatewayOptions({ authenticate }, 'gateway');
  const gateway = createGateway(options, listener, { backend: new FakeBackend(codec, [Hero], []), codec, clock, log, resumeSecret });
  await gateway.start();
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    clock, log,
    knock: async (handshake) => {
      const raw = await RawWebSocket.knock(address);
      let welcome: Knock['welcome'];
      raw.onMessage = ({ header, payload }) => {
        if (header[0] === 1) welcome = codec.decode(payload) as Knock['welcome'];
      };
      raw.text(`40${handshake}`);
      const refused = (): string | undefined => raw.texts.find((text) => text.startsWith('44'));
      await raw.until(() => welcome !== undefined || refused() !== undefined, 'a welcome or a refusal');
      raw.destroy();
      if (welcome) return { welcome };
      return { refusal: (JSON.parse(refused()!.slice(2)) as { data: Knock['refusal'] & object }).data };
    },
    stop: async () => {
      await gateway.stop();
      http.closeAllConnections();
      await new Promise<void>((resolve) => void http.close(() => resolve()));
    },
  };
}
