// SocketClientListener. Owns: the Socket.IO server on a given HTTP server, and its connections. Does not own: the HTTP server.
//   L1. A connection knocks once: Socket.IO would let it ask for admission again while the first answer is pending.
//   L2. Clients that come or go at once are let in, authenticated and given up one after the other, with rests for those that are there.
import type { IncomingHttpHeaders, IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { SiloUnavailableError, TroupeError, UnauthenticatedError } from '../protocol/errors/index.js';
import type { ClientConnection, ClientListener, CloseReason, Handshake } from '../protocol/ports/client-link.js';
import { ClientPacketDecoder, OVERSIZED } from './client-packet-decoder.js';
import { ConnectionGuard, type EngineConnection, type PacketRate } from './connection-guard.js';
import { isOriginAllowed, type AllowedOrigins } from './origin.js';
import { PacedQueue } from './paced-queue.js';

/** What a listener lets in. */
export interface SocketClientListenerOptions {
  /** A function is asked at every connection. */
  readonly origins: AllowedOrigins | (() => AllowedOrigins);
  /** Longest frame in bytes; a longer one ends the connection. */
  readonly maxFrameBytes: number;
  /** Packets of Engine.IO; a frame takes two. */
  readonly packets: PacketRate;
}

/** A dead client is noticed within `pingInterval + pingTimeout`. */
const PING_INTERVAL_MS = 2000;
const PING_TIMEOUT_MS = 2000;
/** Longer than the gateway takes to authenticate, so that its own refusal arrives. */
const CONNECT_TIMEOUT_MS = 15_000;

/** What a client that is told goodbye may still have to read before it. */
const MAX_GOODBYE_BEHIND_BYTES = 4_194_304;
const TOO_MANY = 'too many clients arrive at once';
/** L2. Beyond it a client is refused, and tries again by itself. */
const MAX_ARRIVALS = 2048;

type Admit = Parameters<ClientListener['start']>[0];
type Admitted = { accept: (connection: ClientConnection) => void };

/** What is used of Engine.IO's server beyond its types. */
interface Engine {
  readonly ws: { readonly options: { autoPong?: boolean; allowSynchronousEvents?: boolean } };
}

function tune({ ws: { options } }: Engine): void {
  // Answers to pings that nobody reads would pile up uncounted; browsers send none, and Engine.IO has heartbeats of its own.
  options.autoPong = false;
  // One message of a connection a turn of the event loop: the hundreds that one segment can hold would all come before anybody else's.
  options.allowSynchronousEvents = false;
}

/** Clients over Socket.IO, by WebSocket or by polling. A dead one is noticed within four seconds. */
export class SocketClientListener implements ClientListener {
  private server: Server | undefined;
  private readonly arrivals = new PacedQueue(MAX_ARRIVALS);
  private readonly departures = new PacedQueue();

  constructor(private readonly http: HttpServer, private readonly options: SocketClientListenerOptions) {}

  start(admit: Admit): Promise<{ readonly address: string }> {
    const server = this.open();
    const guards = new WeakMap<object, ConnectionGuard>();
    server.engine.on('connection', (connection: EngineConnection) => void guards.set(connection, new ConnectionGuard(connection, this.options.packets, this.departures)));
    const knocked = new WeakSet<object>();
    server.use((socket, next) => {
      if (knocked.has(socket.conn)) return socket.conn.close();
      knocked.add(socket.conn);
      this.knock(socket, admit).then((accept) => {
        (socket.data as Admitted).accept = accept;
        next();
      }, (error: unknown) => next(refusal(error)));
    });
    server.on('connection', (socket) => {
      const guard = guards.get(socket.conn);
      if (guard) (socket.data as Admitted).accept(new SocketConnection(socket, guard, this.departures));
    });
    this.server = server;
    return Promise.resolve({ address: '' });
  }

  /** L2. A connection begins. */
  private letIn(request: IncomingMessage, decide: (isAllowed: boolean, problem?: string) => void): void {
    if (!this.isAllowed(request)) return decide(false);
    // Between HTTP and WebSocket nobody listens; an error would be the process's.
    if (request.socket.listenerCount('error') === 0) request.socket.on('error', () => undefined);
    if (!this.arrivals.add(() => decide(this.server !== undefined && !request.socket.destroyed))) decide(false, TOO_MANY);
  }

  private isAllowed({ headers }: { readonly headers: IncomingHttpHeaders }): boolean {
    const { origins } = this.options;
    return isOriginAllowed(headers, typeof origins === 'function' ? origins() : origins);
  }

  /** L2. */
  private knock(socket: Socket, admit: Admit): ReturnType<Admit> {
    return new Promise((resolve, reject) => {
      const isWaiting = this.arrivals.add(() => {
        // Who left while waiting costs nothing more.
        if (socket.conn.readyState !== 'open') reject(new SiloUnavailableError('the client left'));
        else authenticated(socket, admit).then(resolve, reject);
      });
      if (!isWaiting) socket.conn.close();
    });
  }

  private open(): Server {
    const { maxFrameBytes } = this.options;
    const server = new Server(this.http, {
      serveClient: false,
      parser: { Encoder, Decoder: ClientPacketDecoder },
      maxHttpBufferSize: maxFrameBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // CORS tells browsers whether pages may read answers; `allowRequest` refuses the connection itself, upgrades included.
      cors: (request, decide) => decide(null, { origin: this.isAllowed(request) }),
      allowRequest: (request, decide) => this.letIn(request, (isAllowed, problem) => decide(problem, isAllowed)),
    });
    // `allowRequest` is asked when a connection begins; this, for each request and upgrade of one that exists.
    server.engine.use((request: IncomingMessage, _response: unknown, next: (error?: Error) => void) => {
      const isBeginning = !new URLSearchParams(request.url?.split('?')[1]).has('sid');
      next(isBeginning || this.isAllowed(request) ? undefined : new Error('origin not allowed'));
    });
    const engine = server.engine as unknown as Engine;
    tune(engine);
    // Engine.IO makes another WebSocket server when the port opens.
    this.http.on('listening', () => tune(engine));
    return server;
  }

  /** Ends all connections; the HTTP server stays open. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.disconnectSockets(true);
    server.engine.close();
    this.arrivals.flush();
    this.departures.flush();
    server.removeAllListeners();
    await Promise.resolve();
  }
}

class SocketConnection implements ClientConnection {
  readonly handshake: Handshake;
  private closedBy: CloseReason | undefined;

  constructor(private readonly socket: Socket, private readonly guard: ConnectionGuard, private readonly departures: PacedQueue) {
    this.handshake = handshakeOf(socket);
  }

  get bufferedBytes(): number {
    return this.guard.unreadBytes;
  }

  send(frame: Uint8Array): void {
    this.socket.emit('f', Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  }

  close(reason: CloseReason, message?: string): void {
    this.closedBy ??= reason;
    // A goodbye behind much that is not read will not be read either.
    if (this.bufferedBytes > MAX_GOODBYE_BEHIND_BYTES) return this.guard.cut();
    if (this.socket.connected) this.socket.emit('bye', reason, message ?? '');
    this.socket.disconnect(true);
  }

  hold(isHeld: boolean): void {
    this.guard.hold(isHeld);
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
    this.socket.once('disconnect', (why) => {
      const reason = this.closedBy ?? (why === 'client namespace disconnect' ? 'left' : 'lost');
      // L2: a WebSocket comes in turn already, but pollers are all missed at once.
      this.departures.add(() => listener(reason));
    });
  }
}

/** Rejects with what the client is told. */
async function authenticated(socket: Socket, admit: Admit): ReturnType<Admit> {
  const auth = socket.handshake.auth as Readonly<Record<string, unknown>>;
  if (auth === OVERSIZED) throw new UnauthenticatedError('the handshake is too long');
  const token = auth['token'] ?? undefined;
  if (token !== undefined && typeof token !== 'string') throw new UnauthenticatedError(`token: expected a string, got ${Array.isArray(token) ? 'an array' : typeof token}`);
  return admit(handshakeOf(socket));
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
