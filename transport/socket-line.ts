// SocketLine. Owns: one Socket.IO connection between silos, at either end of it, proven or not, and its WebSocket's end.
//   L1. It is over at the first of: `close`, the peer's goodbye, silence, a packet that silos do not send.
//   L2. Once over, its WebSocket is gone within `GOODBYE_MS`, whatever the peer does.
import { FrameInbox } from './frame-inbox.js';
import { checkFrame } from './link-frame.js';
import { Pulse } from './pulse.js';
import { BEAT, FRAME } from './silo-packet.js';

/** What a line uses of Socket.IO's two kinds of socket. */
export interface LineSocket {
  emit(event: typeof FRAME, frame: Uint8Array): unknown;
  emit(event: typeof BEAT): unknown;
  on(event: string, listener: (argument: never) => void): unknown;
  disconnect(): unknown;
}

/** What it uses of Engine.IO's two kinds of connection. */
export interface LineEngine {
  on(event: string, listener: (packet: { readonly data?: { readonly length?: number } }) => void): unknown;
  close(): unknown;
}

/** What it uses of the WebSocket of the `ws` library. */
export interface LineWebSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  terminate(): void;
  once(event: 'close', listener: () => void): unknown;
}

const GOODBYE_MS = 300;
const MAX_GOODBYE_BEHIND_BYTES = 65_536;
const CLOSED = 3;

const SILENT = 'the peer was silent for about a second';
/** Socket.IO's reasons, in our words. */
const REASONS: Readonly<Record<string, string>> = {
  'ping timeout': SILENT,
  'io client disconnect': 'closed',
  'io server disconnect': 'the peer closed the connection',
  'client namespace disconnect': 'the peer closed the connection',
  'server namespace disconnect': 'closed',
  'parse error': 'the peer sent what silos do not send',
};

export class SocketLine {
  /** Resolves when the WebSocket is closed. */
  readonly gone: Promise<void>;
  private readonly inbox = new FrameInbox();
  private readonly pulse: Pulse;
  private unsentBytes = 0;

  constructor(private readonly socket: LineSocket, private readonly engine: LineEngine, private readonly webSocket: LineWebSocket) {
    this.gone = new Promise((resolve) => void webSocket.once('close', () => resolve()));
    this.pulse = new Pulse(() => socket.emit(BEAT), () => this.end(SILENT));
    engine.on('packet', () => this.pulse.heard());
    engine.on('packetCreate', ({ data }) => (this.unsentBytes += data?.length ?? 0));
    engine.on('flush', () => (this.unsentBytes = 0));
    socket.on(FRAME, (frame: Uint8Array) => this.inbox.push(frame));
    // A packet that cannot be read ends the connection; without a listener Socket.IO would print it besides.
    socket.on('error', () => this.end('the peer sent what silos do not send'));
    socket.on('disconnect', (why: string) => this.end(REASONS[why] ?? 'the connection broke'));
  }

  get bufferedBytes(): number {
    return this.unsentBytes + this.webSocket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    checkFrame(frame);
    if (!this.inbox.isClosed) this.socket.emit(FRAME, frame);
  }

  close(reason: string): void {
    this.end(reason, true);
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.inbox.onFrame(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.inbox.onClose(listener);
  }

  /** The next frame, once; those behind it are kept. Rejects when the line is over before. */
  next(): Promise<Uint8Array> {
    return new Promise<Uint8Array>((resolve, reject) => {
      this.inbox.onFrame((frame) => {
        this.inbox.onFrame(undefined);
        this.inbox.onClose(undefined);
        resolve(frame);
      });
      this.inbox.onClose((reason) => reject(new Error(reason)));
    });
  }

  /** L1, L2. */
  private end(reason: string, isOurs = false): void {
    if (this.inbox.isClosed) return;
    this.inbox.end(reason, isOurs);
    this.pulse.stop();
    if (this.webSocket.readyState === CLOSED) return;
    // A goodbye behind much that is not read will not be read either; and who is silent reads nothing.
    if (!isOurs || this.bufferedBytes > MAX_GOODBYE_BEHIND_BYTES) this.webSocket.terminate();
    const timer = setTimeout(() => this.webSocket.terminate(), GOODBYE_MS);
    void this.gone.then(() => clearTimeout(timer));
    this.socket.disconnect();
    this.engine.close();
  }
}
