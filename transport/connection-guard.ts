// ConnectionGuard. Owns: what one Engine.IO connection may cost, whatever is in its packets.
//   C1. Its packets are counted, of every kind: also those that no layer above answers or sees.
//   C2. One polling request holds a bounded number of them: Engine.IO works off all packets of a request at once.
//   C3. What waits for it to read is bounded, and known without looking at each packet.
//   C4. Once closed it is gone: a client that does not take leave is cut off, with what waits for it.
//   C5. What it sends is read no faster than so many bytes a second, and not at all while it is held: the rest waits on its side of the wire (WebSocket).
//   C6. When many are lost at once, they are given up one after the other, with rests: `departures`.
import { TokenBucket } from '../protocol/token-bucket.js';
import type { PacedQueue } from './paced-queue.js';

/** How many packets a connection may send. */
export interface PacketRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a guard uses of Engine.IO's `Socket`. */
export interface EngineConnection {
  readonly transport: EngineTransport;
  on(event: 'flush' | 'upgrade', listener: () => void): unknown;
  on(event: 'packet' | 'packetCreate', listener: (packet: { readonly data?: { readonly length?: number } }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  close(discard: boolean): unknown;
}

interface EngineTransport {
  readonly name: string;
  /** Of a WebSocket. */
  readonly socket?: EngineWebSocket;
  /** Of polling: how long a goodbye waits to be fetched. */
  closeTimeout?: number;
  onData(data: unknown): void;
  onError(message: string): void;
}

interface Source {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  rawListeners(event: string): unknown[];
  removeAllListeners(event: string): unknown;
}

/** Of the library `ws`. */
interface EngineWebSocket extends Source {
  readonly bufferedAmount: number;
  readonly readyState: number;
  /** The TCP connection, from which nothing more comes after its `end`. */
  readonly _socket?: (Source & { readonly destroyed: boolean }) | null;
  pause(): void;
  resume(): void;
  terminate(): void;
}

const PACKET_SEPARATOR = '\x1e';
const MAX_PACKETS_PER_REQUEST = 2000;
const MAX_UNREAD_BYTES = 16_777_216;
const GOODBYE_MS = 2000;
const WEB_SOCKET_CLOSED = 3;
const BYTES_PER_SECOND = 2_097_152;
/** Shorter than it takes for a silent client to count as gone. */
const MAX_REST_MS = 1000;

/** Watches one connection from its beginning to its end. */
export class ConnectionGuard {
  private readonly packets: TokenBucket;
  private readonly bytes: TokenBucket;
  private unsentBytes = 0;
  private isHeld = false;
  private rest: NodeJS.Timeout | undefined;

  constructor(private readonly connection: EngineConnection, rate: PacketRate, private readonly departures: PacedQueue) {
    this.packets = new TokenBucket(rate.perSecond, rate.burst, performance.now());
    this.bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_PER_SECOND, performance.now());
    // A poller that is told goodbye and does not come for it would otherwise keep a timer, and with it the process, for 30 s.
    if (connection.transport.name === 'polling') connection.transport.closeTimeout = GOODBYE_MS;
    limitRequests(connection.transport);
    connection.on('packet', ({ data }) => this.onPacket(data?.length ?? 0));
    connection.on('packetCreate', ({ data }) => (this.unsentBytes += data?.length ?? 0));
    connection.on('flush', () => (this.unsentBytes = 0));
    connection.once('close', () => this.onClose());
    connection.on('upgrade', () => this.watchWebSocket());
    this.watchWebSocket();
  }

  /** C3. */
  get unreadBytes(): number {
    return this.unsentBytes + (this.connection.transport.socket?.bufferedAmount ?? 0);
  }

  /** C5. Held, a WebSocket is not read from, and TCP makes its client wait. A poller waits by itself: one request at a time. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.readOrNot();
  }

  /** Cuts the connection off, without goodbye. */
  cut(): void {
    const { transport } = this.connection;
    this.connection.close(true);
    transport.socket?.terminate();
  }

  /** C1: Engine.IO does not see WebSocket's own pings. C6: nor does it hear at once that one was lost. */
  private watchWebSocket(): void {
    const { socket } = this.connection.transport;
    if (!socket) return;
    socket.on('ping', () => this.onPacket(0));
    socket.on('pong', () => this.onPacket(0));
    this.inTurn(socket, 'close');
    const tcp = socket._socket;
    // A connection that is destroyed meanwhile has been told so by its `close`, and takes the end of its data amiss.
    if (tcp) this.inTurn(tcp, 'end', () => !tcp.destroyed);
  }

  /** C6. Who listens to the event hears it when its turn comes. */
  private inTurn(source: Source, event: 'close' | 'end', isDue = (): boolean => true): void {
    const told = source.rawListeners(event) as ((...args: unknown[]) => void)[];
    source.removeAllListeners(event);
    source.on(event, (...args) => void this.departures.add(() => {
      if (isDue()) told.forEach((listener) => listener.apply(source, args));
    }));
  }

  /** C1, C3, C5. */
  private onPacket(bytes: number): void {
    const nowMs = performance.now();
    if (!this.packets.take(nowMs) || this.unreadBytes > MAX_UNREAD_BYTES) return this.cut();
    const restMs = this.bytes.spend(nowMs, bytes);
    if (restMs === 0 || this.rest) return;
    this.rest = setTimeout(() => {
      this.rest = undefined;
      this.readOrNot();
    }, Math.min(MAX_REST_MS, restMs)).unref();
    this.readOrNot();
  }

  /** C5. */
  private readOrNot(): void {
    const { socket } = this.connection.transport;
    if (this.isHeld || this.rest) socket?.pause();
    else socket?.resume();
  }

  /** C4. The WebSocket itself would wait 30 s for the client's goodbye, and read on. */
  private onClose(): void {
    const { socket } = this.connection.transport;
    // Its own end may be what was heard of in turn (C6).
    if (!socket || socket.readyState === WEB_SOCKET_CLOSED) return;
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
    socket.on('close', () => clearTimeout(timer));
  }
}

/** C2. */
function limitRequests(transport: EngineTransport): void {
  if (transport.name !== 'polling') return;
  const onData = transport.onData.bind(transport);
  transport.onData = (data) => {
    if (typeof data === 'string' && hasMoreThan(MAX_PACKETS_PER_REQUEST, data)) transport.onError('too many packets in one request');
    else onData(data);
  };
}

function hasMoreThan(count: number, body: string): boolean {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = body.indexOf(PACKET_SEPARATOR, at + 1);
    if (at < 0) return false;
  }
  return true;
}
