// RawWebSocket: a WebSocket client on a bare TCP socket, for what no library sends: packets, frames and bytes of one's own making.
// Owns: the TCP socket. Engine.IO packets are what it sends and hears; it answers heartbeats unless told not to.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { splitFrame, type WireMessage } from '../../protocol/client-wire.js';

/** How the client behaves. */
export interface RawWebSocketOptions {
  readonly token?: string | undefined;
  /** Default true. */
  readonly answersHeartbeats?: boolean;
  /** More lines for the upgrade's header. */
  readonly headers?: Readonly<Record<string, string>>;
}

const OPEN_MS = 20_000;
const FRAME_HEADER = '451-["f",{"_placeholder":true,"num":0}]';

/** One raw connection. Every wait ends with the connection. */
export class RawWebSocket {
  /** Resolves with `true` when the connection is over. */
  readonly closed: Promise<true>;
  /** Text packets heard, newest last, without heartbeats and headers of frames; at most the last thousand. */
  readonly texts: string[] = [];
  isClosed = false;
  bytesHeard = 0;
  onMessage: (message: WireMessage) => void = () => undefined;
  onText: (text: string) => void = () => undefined;
  private rest: Buffer = Buffer.alloc(0);
  private isUpgraded = false;
  private readonly waiting = new Set<() => void>();

  private constructor(readonly tcp: Socket, private readonly answersHeartbeats: boolean) {
    this.closed = new Promise((resolve) => {
      tcp.on('close', () => {
        this.isClosed = true;
        resolve(true);
        this.wake();
      });
    });
    tcp.on('error', () => undefined);
    tcp.on('data', (chunk: Buffer) => this.hear(chunk));
  }

  /** A connection with an Engine.IO session, not yet with a namespace. Rejects when the upgrade is refused. */
  static async knock(address: string, options: RawWebSocketOptions = {}): Promise<RawWebSocket> {
    const url = new URL(address);
    const tcp = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    const raw = new RawWebSocket(tcp, options.answersHeartbeats ?? true);
    const more = Object.entries(options.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    tcp.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
      + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${more}\r\n`,
    );
    await raw.until(() => raw.texts.some((text) => text.startsWith('0')), 'an Engine.IO session');
    return raw;
  }

  /** A client that the gateway has welcomed. */
  static async open(address: string, options: RawWebSocketOptions = {}): Promise<RawWebSocket> {
    const raw = await RawWebSocket.knock(address, options);
    let isWelcomed = false;
    raw.onMessage = ({ header }) => (isWelcomed ||= header[0] === 1);
    raw.text(`40${JSON.stringify({ token: options.token ?? 'raw' })}`);
    await raw.until(() => isWelcomed, 'the welcome');
    raw.onMessage = () => undefined;
    return raw;
  }

  /** Resolves as soon as `isReached`; rejects when the connection ends or 20 s pass before. */
  async until(isReached: () => boolean, what: string): Promise<void> {
    const late = Date.now() + OPEN_MS;
    while (!isReached()) {
      if (this.isClosed) throw new Error(`the connection ended before ${what}; heard: ${this.texts.slice(-3).join(' ')}`);
      if (Date.now() > late) throw new Error(`no sign of ${what} in ${OPEN_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** One of the gateway's frames, as an honest client sends it. */
  frame(bytes: Uint8Array): void {
    this.text(FRAME_HEADER);
    this.binary(bytes);
  }

  /** A text message. */
  text(text: string): void {
    this.bytes(webSocketFrame(0x1, Buffer.from(text)));
  }

  /** A binary message. */
  binary(bytes: Uint8Array): void {
    this.bytes(webSocketFrame(0x2, bytes));
  }

  /** Bytes as they are. False when the system takes no more for now. */
  bytes(bytes: Uint8Array): boolean {
    return !this.isClosed && this.tcp.write(bytes);
  }

  /** Reads nothing from now on. */
  stopReading(): void {
    this.tcp.pause();
  }

  destroy(): void {
    this.tcp.destroy();
  }

  private hear(chunk: Buffer): void {
    this.bytesHeard += chunk.length;
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (!this.isUpgraded && !this.readUpgrade()) return;
    while (this.readFrame());
    this.wake();
  }

  private readUpgrade(): boolean {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0) return false;
    if (!this.rest.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 101')) this.tcp.destroy();
    this.isUpgraded = true;
    this.rest = this.rest.subarray(end + 4);
    return true;
  }

  private readFrame(): boolean {
    const { rest } = this;
    if (rest.length < 2) return false;
    const short = rest[1]! & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (rest.length < start) return false;
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
    if (rest.length < start + length) return false;
    const payload = rest.subarray(start, start + length);
    const opcode = rest[0]! & 0x0f;
    this.rest = rest.subarray(start + length);
    if (opcode === 0x1) this.hearText(payload.toString());
    else if (opcode === 0x2) for (const message of splitFrame(payload)) this.onMessage(message);
    else if (opcode === 0x8) this.tcp.end(webSocketFrame(0x8, payload));
    return true;
  }

  private hearText(text: string): void {
    if (text === '2' && this.answersHeartbeats) this.text('3');
    if (text === '2' || text === FRAME_HEADER) return;
    this.texts.push(text);
    if (this.texts.length > 1000) this.texts.shift();
    this.onText(text);
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const each of waiting) each();
  }
}

/** A masked frame of RFC 6455. The mask is all zeros, which receivers undo all the same. */
export function webSocketFrame(opcode: number, payload: Uint8Array, isFinal = true): Buffer {
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}
