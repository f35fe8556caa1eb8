// SiloPort. Owns: the HTTP server that silos connect to, with Socket.IO on it, and who has not proven anything yet. WebSocket only, no pages:
// requests with an `Origin` are a browser's and are refused; everything that is no upgrade gets 404.
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { ConfigurationError } from '../protocol/errors/index.js';
import { MAX_LINK_FRAME_BYTES } from '../protocol/link-protocol.js';
import { SiloPacketDecoder, SiloPacketEncoder } from './silo-packet.js';
import { SocketLine, type LineWebSocket } from './socket-line.js';
import { Strangers } from './strangers.js';

/** Where on the server the silos meet. */
export const SILO_PATH = '/troupe/silo';

/** Engine.IO's own pings judge late: the pulse of the lines does (pulse.ts). */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 20_000;
const HANDSHAKE_MS = 2000;
const MAX_HEADER_BYTES = 8192;

/** A line that has not proven anything, and how to say that it has: false when it is gone already. */
export interface Newcomer {
  readonly line: SocketLine;
  readonly remoteAddress: string;
  admit(): boolean;
}

export class SiloPort {
  private readonly http: HttpServer;
  private readonly io: Server;
  private readonly strangers = new Strangers();

  constructor(private readonly host: string, private readonly port: number, private readonly arrived: (newcomer: Newcomer) => void) {
    this.http = createServer({ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true }, (_request, response) => {
      response.writeHead(404, { connection: 'close' }).end();
    });
    this.http.on('connection', (tcp) => this.strangers.add(tcp));
    // A malformed request: nobody is owed an answer.
    this.http.on('clientError', (_error, tcp) => tcp.destroy());
    this.io = new Server(this.http, {
      path: SILO_PATH,
      transports: ['websocket'],
      serveClient: false,
      parser: { Encoder: SiloPacketEncoder, Decoder: SiloPacketDecoder },
      perMessageDeflate: false,
      maxHttpBufferSize: MAX_LINK_FRAME_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: HANDSHAKE_MS,
      // Nobody else on this server takes upgrades.
      destroyUpgradeTimeout: 1,
      allowRequest: (request, decide) => decide(null, request.headers.origin === undefined),
    });
    this.io.engine.on('connection', ({ request }: { readonly request: IncomingMessage }) => this.strangers.watch(request.socket));
    this.io.on('connection', (socket) => this.receive(socket));
  }

  /** Resolves with the port. Rejects with `ConfigurationError` when it cannot be had. */
  async open(orAnother: boolean): Promise<number> {
    try {
      return await this.listen(this.port);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!orAnother || code !== 'EADDRINUSE') throw unlistenable(this.host, this.port, error as NodeJS.ErrnoException);
      return this.listen(0);
    }
  }

  /** Resolves when everything is closed; the lines that were admitted must be closing. Idempotent. */
  async close(): Promise<void> {
    this.strangers.drop();
    this.io.engine.close();
    const closed = new Promise<void>((resolve) => void this.http.close(() => resolve()));
    this.http.closeAllConnections();
    await closed;
    this.io.removeAllListeners();
  }

  private listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen({ host: this.host, port }, () => {
        this.http.off('error', reject);
        resolve((this.http.address() as AddressInfo).port);
      });
    });
  }

  private receive(socket: Socket): void {
    const { request, transport } = socket.conn;
    const tcp = (request).socket;
    const { socket: webSocket } = transport as unknown as { readonly socket: LineWebSocket };
    this.arrived({
      line: new SocketLine(socket, socket.conn, webSocket),
      remoteAddress: tcp.remoteAddress ?? '',
      admit: () => this.strangers.admit(tcp),
    });
  }
}

function unlistenable(host: string, port: number, error: NodeJS.ErrnoException): ConfigurationError {
  const why = error.code === 'EADDRINUSE' ? 'is in use by another process or silo' : `cannot be had (${error.code ?? error.message})`;
  return new ConfigurationError(`the port of links ${host}:${port} ${why}: give another host and port, or port 0 for a free one`, { cause: error });
}
