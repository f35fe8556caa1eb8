// SocketClientListener. Owns: the Socket.IO server on a given HTTP server, and its connections. Does not own: the HTTP server.
//   L1. A connection knocks once: Socket.IO would let it ask for admission again while the first answer is pending.
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { TroupeError } from '../protocol/errors/index.js';
import type { ClientConnection, ClientListener, CloseReason, Handshake } from '../protocol/ports/client-link.js';
import { isOriginAllowed, type AllowedOrigins } from './origin.js';

/** What a listener lets in. */
export interface SocketClientListenerOptions {
  readonly origins: AllowedOrigins;
  /** Longest frame in bytes; a longer one ends the connection. */
  readonly maxFrameBytes: number;
}

/** A dead client is noticed within `pingInterval + pingTimeout`. */
const PING_INTERVAL_MS = 2000;
const PING_TIMEOUT_MS = 2000;
/** Longer than the gateway takes to authenticate, so that its own refusal arrives. */
const CONNECT_TIMEOUT_MS = 15_000;

const POLLER_GOODBYE_MS = 2000;

type Admit = Parameters<ClientListener['start']>[0];
type Admitted = { accept: (connection: ClientConnection) => void };

/** Clients over Socket.IO, by WebSocket or by polling. A dead one is noticed within four seconds. */
export class SocketClientListener implements ClientListener {
  private server: Server | undefined;

  constructor(private readonly http: HttpServer, private readonly options: SocketClientListenerOptions) {}

  start(admit: Admit): Promise<{ readonly address: string }> {
    const { origins, maxFrameBytes } = this.options;
    const server = new Server(this.http, {
      serveClient: false,
      maxHttpBufferSize: maxFrameBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // CORS tells browsers whether pages may read answers; `allowRequest` refuses the connection itself, upgrades included.
      cors: (request, decide) => decide(null, { origin: isOriginAllowed(request.headers, origins) }),
      allowRequest: (request, decide) => decide(null, isOriginAllowed(request.headers, origins)),
    });
    // `allowRequest` is asked when a connection begins; this, for each request and upgrade of one that exists.
    server.engine.use((request: IncomingMessage, _response: unknown, next: (error?: Error) => void) => {
      const isBeginning = !new URLSearchParams(request.url?.split('?')[1]).has('sid');
      next(isBeginning || isOriginAllowed(request.headers, origins) ? undefined : new Error('origin not allowed'));
    });
    // A poller that is told goodbye and does not come for it would otherwise keep a timer, and with it the process, for 30 s.
    server.engine.on('connection', ({ transport }: { readonly transport: { closeTimeout?: number } }) => (transport.closeTimeout = POLLER_GOODBYE_MS));
    const knocked = new WeakSet<object>();
    server.use((socket, next) => {
      if (knocked.has(socket.conn)) return socket.conn.close();
      knocked.add(socket.conn);
      admit(handshakeOf(socket)).then((accept) => {
        (socket.data as Admitted).accept = accept;
        next();
      }, (error: unknown) => next(refusal(error)));
    });
    server.on('connection', (socket) => (socket.data as Admitted).accept(new SocketConnection(socket)));
    this.server = server;
    return Promise.resolve({ address: '' });
  }

  /** Ends all connections; the HTTP server stays open. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.disconnectSockets(true);
    server.engine.close();
    server.removeAllListeners();
    await Promise.resolve();
  }
}

class SocketConnection implements ClientConnection {
  readonly handshake: Handshake;
  private closedBy: CloseReason | undefined;

  constructor(private readonly socket: Socket) {
    this.handshake = handshakeOf(socket);
  }

  get bufferedBytes(): number {
    const { conn } = this.socket;
    const waiting = (conn as unknown as { writeBuffer: readonly { data?: { length?: number } }[] }).writeBuffer;
    const { socket } = conn.transport as unknown as { socket?: { bufferedAmount?: number } };
    return waiting.reduce((sum, { data }) => sum + (data?.length ?? 0), socket?.bufferedAmount ?? 0);
  }

  send(frame: Uint8Array): void {
    this.socket.emit('f', Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  }

  close(reason: CloseReason, message?: string): void {
    this.closedBy ??= reason;
    if (this.socket.connected) this.socket.emit('bye', reason, message ?? '');
    this.socket.disconnect(true);
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.socket.on('f', (frame: unknown) => {
      if (frame instanceof Uint8Array) listener(frame);
      else this.close('lost', 'malformed frame');
    });
  }

  onClose(listener: (reason: CloseReason) => void): void {
    // A packet that Socket.IO cannot read ends the connection; the listener keeps it from printing to the console besides.
    this.socket.on('error', () => this.socket.disconnect(true));
    this.socket.once('disconnect', (reason) => listener(this.closedBy ?? (reason === 'client namespace disconnect' ? 'left' : 'lost')));
  }
}

function handshakeOf(socket: Socket): Handshake {
  const auth = socket.handshake.auth as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    token: text(auth['token']),
    resumeToken: text(auth['resumeToken']),
    address: socket.handshake.address,
    headers: headersOf(socket.request),
  };
}

function headersOf(request: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}

/** Socket.IO sends `data` of a middleware's error to the client. */
function refusal(error: unknown): Error {
  const isOurs = error instanceof TroupeError;
  return Object.assign(new Error('refused'), { data: { code: isOurs ? error.code : 'ERR_UNAUTHENTICATED', message: isOurs ? error.message : 'the gateway refused the connection' } });
}
