// TcpProxy. Owns: connections between clients and one server, and the bytes it holds back. The faults of protocol.md §9: a connection cut between
// request and reply, and one that stalls and whose bytes arrive late, even after the client gave it up.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  heldRequests: Buffer[];
  heldReplies: Buffer[];
}

/** Forwards bytes between clients and a server on 127.0.0.1 until told otherwise. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private readonly phases = new Set<() => void>();
  private holdsRequests = false;
  private holdsReplies = false;
  private isRefusing = false;

  private constructor(private readonly listener: Server, private readonly targetPort: number) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpProxy(listener, targetPort);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Bytes of requests now held back. */
  get heldRequestBytes(): number {
    return sum([...this.pairs].flatMap(({ heldRequests }) => heldRequests));
  }

  /** Bytes of replies now held back: the server has done what they answer. */
  get heldReplyBytes(): number {
    return sum([...this.pairs].flatMap(({ heldReplies }) => heldReplies));
  }

  /** From now on replies stay here. */
  holdReplies(): void {
    this.holdsReplies = true;
  }

  /** From now on nothing passes in either direction; connections stay open. */
  stall(): void {
    this.holdsRequests = true;
    this.holdsReplies = true;
  }

  /** New connections are accepted no more (and those open are cut). */
  refuse(): void {
    this.isRefusing = true;
    this.cut();
  }

  /** Everything passes again, held bytes first: also requests whose client is gone. */
  release(): void {
    this.holdsRequests = this.holdsReplies = this.isRefusing = false;
    for (const pair of this.pairs) {
      for (const bytes of pair.heldRequests.splice(0)) pair.server.write(bytes);
      for (const bytes of pair.heldReplies.splice(0)) pair.client.write(bytes);
      if (pair.client.destroyed) pair.server.end();
    }
  }

  /** Breaks all connections; held bytes are lost. Later ones pass. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
    this.pairs.clear();
    this.holdsRequests = this.holdsReplies = false;
  }

  /** Resolves as soon as `isReached` holds; it is asked after every arrival of bytes. Rejects after 5 s, naming the phase. */
  phase(name: string, isReached: (proxy: this) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.phases.delete(check);
        reject(new Error(`TcpProxy: phase "${name}" was not reached; held ${this.heldRequestBytes} request and ${this.heldReplyBytes} reply bytes`));
      }, 5000);
      const check = () => {
        if (!isReached(this)) return;
        clearTimeout(timer);
        this.phases.delete(check);
        resolve();
      };
      this.phases.add(check);
      check();
    });
  }

  async stop(): Promise<void> {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private accept(client: Socket): void {
    if (this.isRefusing) return void client.destroy();
    const pair: Pair = { client, server: connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true }), heldRequests: [], heldReplies: [] };
    this.pairs.add(pair);
    client.on('data', (bytes) => this.pass(bytes, pair.server, pair.heldRequests, this.holdsRequests));
    pair.server.on('data', (bytes) => this.pass(bytes, client, pair.heldReplies, this.holdsReplies));
    client.on('error', () => undefined).on('close', () => {
      if (pair.heldRequests.length === 0) pair.server.end();
    });
    pair.server.on('error', () => undefined).on('close', () => {
      client.destroy();
      this.pairs.delete(pair);
    });
  }

  private pass(bytes: Buffer, to: Socket, held: Buffer[], isHeld: boolean): void {
    if (isHeld) held.push(bytes);
    else if (!to.destroyed) to.write(bytes);
    for (const check of [...this.phases]) check();
  }
}

function sum(buffers: readonly Buffer[]): number {
  return buffers.reduce((bytes, buffer) => bytes + buffer.length, 0);
}
