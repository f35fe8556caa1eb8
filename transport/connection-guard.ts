// ConnectionGuard. Owns: what one Engine.IO connection may cost, whatever is in its packets.
//   C1. Its packets are counted, of every kind: also those that no layer above answers or sees.
//   C2. One polling request holds a bounded number of them: Engine.IO works off all packets of a request at once.
//   C3. What waits for it to read is bounded, and known without looking at each packet.
//   C4. Once closed it is gone: a client that does not take leave is cut off, with what waits for it.
//   C5. What it sends is read no faster than so many bytes a second: the rest waits on its side of the wire (WebSocket).
import { TokenBucket } from '../protocol/token-bucket.js';

/** How many packets a connection may send. */
export interface PacketRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a guard uses of Engine.IO's `Socket`. */
export interface EngineConnection {
  readonly transport: EngineTransport;
  on(event: 'flush', listener: () => void): unknown;
  on(event: 'packet' | 'packetCreate', listener: (packet: { readonly data?: { readonly length?: number } }) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  close(discard: boolean): unknown;
}

interface EngineTransport {
  readonly name: string;
  /** Of a WebSocket. */
  readonly socket?: { readonly bufferedAmount: number; terminate(): void; pause(): void; resume(): void; once(event: 'close', listener: () => void): unknown };
  /** Of polling: how long a goodbye waits to be fetched. */
  closeTimeout?: number;
  onData(data: unknown): void;
  onError(message: string): void;
}

const PACKET_SEPARATOR = '\x1e';
const MAX_PACKETS_PER_REQUEST = 2000;
const MAX_UNREAD_BYTES = 16_777_216;
const GOODBYE_MS = 2000;
const BYTES_PER_SECOND = 2_097_152;
/** Shorter than it takes for a silent client to count as gone. */
const MAX_REST_MS = 1000;

/** Watches one connection from its beginning to its end. */
export class ConnectionGuard {
  private readonly packets: TokenBucket;
  private readonly bytes: TokenBucket;
  private unsentBytes = 0;

  constructor(private readonly connection: EngineConnection, rate: PacketRate) {
    this.packets = new TokenBucket(rate.perSecond, rate.burst, performance.now());
    this.bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_PER_SECOND, performance.now());
    // A poller that is told goodbye and does not come for it would otherwise keep a timer, and with it the process, for 30 s.
    if (connection.transport.name === 'polling') connection.transport.closeTimeout = GOODBYE_MS;
    limitRequests(connection.transport);
    connection.on('packet', ({ data }) => this.onPacket(data?.length ?? 0));
    connection.on('packetCreate', ({ data }) => (this.unsentBytes += data?.length ?? 0));
    connection.on('flush', () => (this.unsentBytes = 0));
    connection.once('close', () => this.onClose());
  }

  /** C3. */
  get unreadBytes(): number {
    return this.unsentBytes + (this.connection.transport.socket?.bufferedAmount ?? 0);
  }

  /** Cuts the connection off, without goodbye. */
  cut(): void {
    const { transport } = this.connection;
    this.connection.close(true);
    transport.socket?.terminate();
  }

  /** C1, C3, C5. */
  private onPacket(bytes: number): void {
    const nowMs = performance.now();
    if (!this.packets.take(nowMs) || this.unreadBytes > MAX_UNREAD_BYTES) return this.cut();
    const restMs = this.bytes.spend(nowMs, bytes);
    const { socket } = this.connection.transport;
    if (restMs === 0 || !socket) return;
    socket.pause();
    setTimeout(() => socket.resume(), Math.min(MAX_REST_MS, restMs)).unref();
  }

  /** C4. The WebSocket itself would wait 30 s for the client's goodbye, and read on. */
  private onClose(): void {
    const { socket } = this.connection.transport;
    if (!socket) return;
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
    socket.once('close', () => clearTimeout(timer));
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
