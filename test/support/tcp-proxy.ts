// TcpProxy. Owns: connections between clients and one server, and the bytes it holds back. The faults of protocol.md §9: a connection cut between
// request and reply, and one that stalls and whose bytes arrive late, even after the client gave it up.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly heldRequests: Buffer[];
  readonly heldReplies: Buffer[];
  holdsRequests: boolean;
  holdsReplies: boolean;
}

/** Forwards bytes between clients and the server of a URL until told otherwise. */
export class TcpProxy implements AsyncDisposable {
  private readonly pairs = new Set<Pair>();
  private readonly checks = new Set<() => void>();
  private isRefusing = false;
  private isStallingAll = false;
  /** Hears every piece of a reply when the server has sent it, held back or not. */
  onReply: ((bytes: Buffer) => void) | undefined;

  private constructor(private readonly listener: Server, private readonly target: URL) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async start(targetUrl: string): Promise<TcpProxy> {
    const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpProxy(listener, new URL(targetUrl));
  }

  /** The target's URL by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.listener.address() as AddressInfo).port);
    return url.href;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** Bytes of requests now held back. */
  get heldRequestBytes(): number {
    return sum([...this.pairs].flatMap(({ heldRequests }) => heldRequests));
  }

  /** Bytes of replies now held back: the server has done what they answer. */
  get heldReplyBytes(): number {
    return sum([...this.pairs].flatMap(({ heldReplies }) => heldReplies));
  }

  /** Replies on the connections there are stay here. */
  holdReplies(): void {
    for (const pair of this.pairs) pair.holdsReplies = true;
  }

  /** Nothing passes on the connections there are, in either direction; they stay open, and later ones pass. */
  stall(): void {
    for (const pair of this.pairs) pair.holdsRequests = pair.holdsReplies = true;
  }

  /** The same, and nothing passes on later connections either, until `release`. */
  stallAll(): void {
    this.isStallingAll = true;
    this.stall();
  }

  /** Cuts all connections and refuses new ones until `release`. */
  refuse(): void {
    this.isRefusing = true;
    this.cut();
  }

  /** Everything passes again, held bytes first: also requests whose client is gone. */
  release(): void {
    this.isRefusing = this.isStallingAll = false;
    for (const pair of this.pairs) {
      pair.holdsRequests = pair.holdsReplies = false;
      for (const bytes of pair.heldRequests.splice(0)) pair.server.write(bytes);
      for (const bytes of pair.heldReplies.splice(0)) if (!pair.client.destroyed) pair.client.write(bytes);
      if (pair.client.destroyed) pair.server.end();
    }
  }

  /** Breaks the connections there are; held bytes are lost. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
    this.pairs.clear();
    this.check();
  }

  /** Resolves as soon as `isReached` holds; it is asked after every event on a connection. Rejects after 5 s, naming the phase. */
  phase(name: string, isReached: (proxy: this) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.checks.delete(check);
        act();
      };
      const late = () => `TcpProxy: phase "${name}" was not reached; held: ${this.heldRequestBytes} B of requests, ${this.heldReplyBytes} B of replies`;
      const timer = setTimeout(() => finish(() => reject(new Error(late()))), 5000);
      const check = () => {
        if (isReached(this)) finish(resolve);
      };
      this.checks.add(check);
      check();
    });
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.cut();
    if (!this.listener.listening) return;
    this.listener.close();
    await once(this.listener, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private accept(client: Socket): void {
    if (this.isRefusing) return void client.destroy();
    const server = connect({ port: Number(this.target.port || 6379), host: this.target.hostname, noDelay: true });
    const pair: Pair = { client, server, heldRequests: [], heldReplies: [], holdsRequests: this.isStallingAll, holdsReplies: this.isStallingAll };
    this.pairs.add(pair);
    client.on('data', (bytes) => this.pass(bytes, server, pair.holdsRequests ? pair.heldRequests : undefined));
    server.on('data', (bytes) => {
      this.onReply?.(bytes);
      this.pass(bytes, client, pair.holdsReplies ? pair.heldReplies : undefined);
    });
    // The errors are followed by 'close'.
    client.on('error', () => undefined).on('close', () => {
      if (pair.heldRequests.length === 0) server.end();
      this.check();
    });
    server.on('error', () => undefined).on('close', () => {
      client.destroy();
      this.pairs.delete(pair);
      this.check();
    });
  }

  private pass(bytes: Buffer, to: Socket, held: Buffer[] | undefined): void {
    if (held) held.push(bytes);
    else if (!to.destroyed) to.write(bytes);
    this.check();
  }

  private check(): void {
    for (const check of [...this.checks]) check();
  }
}

function sum(buffers: readonly Buffer[]): number {
  return buffers.reduce((bytes, buffer) => bytes + buffer.length, 0);
}
