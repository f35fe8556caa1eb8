import { io, type Socket } from 'socket.io-client';
import { createCodec, fromWireError, type WireError } from '../../protocol/codec/index.js';
import { ClientMessage, encodeMessage, GatewayMessage, splitFrame, type WireMessage } from '../../protocol/client-wire.js';

/** What became of a request: `error` also when the connection ended instead of an answer. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: Error & { readonly code?: string };
}

/** A client of a real gateway that says what no honest client says: frames are made by hand, over real Socket.IO. */
export class RawSocket {
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  private readonly codec = createCodec();
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private onWelcome: ((error?: Error) => void) | undefined;
  private isClosed = false;
  private lastId = 0;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => {
      socket.on('disconnect', () => {
        this.isClosed = true;
        for (const answer of this.answers.values()) answer({ error: new Error('disconnected') });
        resolve();
      });
    });
    socket.on('connect_error', (error) => this.onWelcome?.(error));
    socket.on('f', (frame: Uint8Array) => {
      for (const message of splitFrame(frame)) this.hear(message);
    });
  }

  /** A welcomed client. */
  static async open(address: string, token: string): Promise<RawSocket> {
    const raw = new RawSocket(io(address, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true }));
    await new Promise<void>((resolve, reject) => (raw.onWelcome = (error) => (error ? reject(error) : resolve())));
    return raw;
  }

  /** A call with any JSON in the places of its header. */
  call(type: unknown, key: unknown, component: unknown, method: unknown, args: unknown = []): Promise<Answer> {
    const id = ++this.lastId;
    return this.ask(id, [ClientMessage.call, id, type, key, component, method, 30_000, null], this.codec.encode(args, 'args'));
  }

  /** A subscription with any JSON in the places of its header. */
  subscribe(type: unknown, key: unknown, component: unknown, event: unknown): Promise<Answer> {
    const id = ++this.lastId;
    return this.ask(id, [ClientMessage.subscribe, id, type, key, component, event]);
  }

  /** Any header; `id` is where the answer is expected. */
  ask(id: number, header: readonly unknown[], payload?: Uint8Array): Promise<Answer> {
    if (this.isClosed) return Promise.resolve({ error: new Error('disconnected') });
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.frame(encodeMessage(header, payload));
    });
  }

  nextId(): number {
    return ++this.lastId;
  }

  frame(bytes: Uint8Array): void {
    this.socket.emit('f', bytes);
  }

  async close(): Promise<void> {
    this.socket.disconnect();
    await this.closed;
  }

  private hear({ header, payload }: WireMessage): void {
    const [kind, id] = header as [number, number];
    if (kind === GatewayMessage.welcome) this.onWelcome?.();
    const answer = this.answers.get(id);
    if (kind === GatewayMessage.result) answer?.({ value: this.codec.decode(payload) });
    else if (kind === GatewayMessage.subscribed) answer?.({ value: header.slice(2) });
    else if (kind === GatewayMessage.failure) answer?.({ error: fromWireError(this.codec.decode(payload) as WireError) });
  }
}
