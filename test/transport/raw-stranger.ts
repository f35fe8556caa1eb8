// RawStranger: a client of the silo port on a bare TCP socket, for what no library sends. Owns: the TCP socket.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SILO_PATH } from '../../transport/silo-port.js';

/** The request that opens the WebSocket, as an honest silo sends it. */
export function upgradeRequest(address: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(
    `GET ${SILO_PATH}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${new URL(address).host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
    + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${more}\r\n`,
  );
}

/** A client's WebSocket frame; masked with zeros, so that its bytes can be read and changed. */
export function webSocketFrame(opcode: number, payload: Uint8Array): Buffer {
  const length = payload.length;
  const header = length < 126 ? [0x80 | opcode, 0x80 | length] : length < 65_536
    ? [0x80 | opcode, 0xfe, length >> 8, length & 0xff]
    : [0x80 | opcode, 0xff, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff)];
  return Buffer.concat([Buffer.from([...header, 0, 0, 0, 0]), payload]);
}

/** Socket.IO's hello: message, connect. */
export const SESSION = webSocketFrame(0x1, Buffer.from('40'));

export class RawStranger {
  /** Resolves when the TCP connection is over. */
  readonly closed: Promise<true>;
  isClosed = false;
  /** What came in binary messages of the WebSocket, as text. */
  readonly heard: string[] = [];
  /** All bytes that came, until the WebSocket is open. */
  answer = '';
  private rest = Buffer.alloc(0);
  private isUpgraded = false;
  private taken = 0;
  private readonly texts: string[] = [];
  private wake: () => void = () => undefined;

  private constructor(readonly tcp: Socket) {
    this.closed = new Promise((resolve) => tcp.on('close', () => {
      this.isClosed = true;
      this.wake();
      resolve(true);
    }));
    tcp.on('error', () => undefined);
    tcp.on('data', (chunk: Buffer) => this.hear(chunk));
  }

  /** A TCP connection, and nothing more. */
  static async reach(address: string): Promise<RawStranger> {
    const { hostname, port } = new URL(address);
    const stranger = new RawStranger(connect({ host: hostname, port: Number(port), noDelay: true }));
    await once(stranger.tcp, 'connect');
    return stranger;
  }

  /** A WebSocket with a Socket.IO session that has not said hello as a silo. */
  static async open(address: string): Promise<RawStranger> {
    const stranger = await RawStranger.reach(address);
    stranger.bytes(upgradeRequest(address));
    await stranger.said('0');
    stranger.bytes(SESSION);
    await stranger.said('40');
    return stranger;
  }

  bytes(bytes: Uint8Array): void {
    this.tcp.write(bytes);
  }

  /** A frame, as a silo sends it. */
  send(frame: Uint8Array): void {
    this.bytes(webSocketFrame(0x2, frame));
  }

  /** Resolves when a text that begins so has come: `0` Engine.IO's hello, `40` Socket.IO's. Rejects when the connection ends before. */
  async said(start: string): Promise<void> {
    await this.until(() => this.texts.some((text) => text.startsWith(start)));
  }

  /** The next frame that comes. Rejects when the connection ends before. */
  async next(): Promise<Uint8Array> {
    await this.until(() => this.heard.length > this.taken);
    return Buffer.from(this.heard[this.taken++]!);
  }

  /** Says no more; resolves when the other side is done with it as well. */
  async leave(): Promise<void> {
    this.tcp.end();
    await this.closed;
  }

  private async until(isReached: () => boolean): Promise<void> {
    while (!isReached()) {
      if (this.isClosed) throw new Error('the connection ended');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private hear(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    if (!this.isUpgraded) {
      const end = this.rest.indexOf('\r\n\r\n');
      this.answer = this.rest.toString('latin1');
      if (end < 0) return;
      this.isUpgraded = true;
      this.rest = this.rest.subarray(end + 4);
    }
    while (this.readFrame());
    this.wake();
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
    this.rest = rest.subarray(start + length);
    const opcode = rest[0]! & 0x0f;
    if (opcode === 0x2) this.heard.push(payload.toString());
    // Engine.IO's ping, what it and Socket.IO say, the WebSocket's goodbye.
    else if (opcode === 0x1 && payload.toString() === '2') this.bytes(webSocketFrame(0x1, Buffer.from('3')));
    else if (opcode === 0x1) this.texts.push(payload.toString());
    else if (opcode === 0x8) this.tcp.end(webSocketFrame(0x8, payload));
    return true;
  }
}
