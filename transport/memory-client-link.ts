// A client's connection in memory: the twin of Socket.IO for tests. Frames are copied and arrive in a later microtask, in order.
import type { ClientConnection, ClientLink, ClientLinkEvents, ClientListener, CloseReason, Handshake } from '../protocol/ports/client-link.js';

type Admit = Parameters<ClientListener['start']>[0];

/** Accepts links that `link` makes. */
export class MemoryClientListener implements ClientListener {
  private admit: Admit | undefined;
  private readonly connections = new Set<MemoryConnection>();

  start(admit: Admit): Promise<{ readonly address: string }> {
    this.admit = admit;
    return Promise.resolve({ address: 'memory:' });
  }

  stop(): Promise<void> {
    this.admit = undefined;
    for (const connection of [...this.connections]) connection.end('lost');
    return Promise.resolve();
  }

  /** A client's end that is not open yet. */
  link(handshake: () => Handshake | Promise<Handshake>): ClientLink {
    return new MemoryLink(handshake, (shown) => {
      if (!this.admit) throw new Error('the gateway is stopped');
      return this.admit(shown);
    }, this.connections);
  }
}

class MemoryLink implements ClientLink {
  private connection: MemoryConnection | undefined;
  private isClosed = false;

  constructor(
    private readonly handshake: () => Handshake | Promise<Handshake>,
    private readonly admit: Admit,
    private readonly connections: Set<MemoryConnection>,
  ) {}

  open(events: ClientLinkEvents): void {
    this.connect(events).catch((error: unknown) => events.onClose('kicked', error as Error));
  }

  send(frame: Uint8Array): void {
    this.connection?.receive(frame.slice());
  }

  close(): void {
    this.isClosed = true;
    this.connection?.end('left');
  }

  private async connect(events: ClientLinkEvents): Promise<void> {
    const handshake = await this.handshake();
    const accept = await this.admit(handshake);
    if (this.isClosed) return;
    const connection = new MemoryConnection(handshake, events, (ended) => this.connections.delete(ended));
    this.connection = connection;
    this.connections.add(connection);
    events.onOpen();
    accept(connection);
  }
}

class MemoryConnection implements ClientConnection {
  readonly bufferedBytes = 0;
  private frameListener: ((frame: Uint8Array) => void) | undefined;
  private closeListener: ((reason: CloseReason) => void) | undefined;
  private isEnded = false;

  constructor(readonly handshake: Handshake, private readonly client: ClientLinkEvents, private readonly ended: (connection: MemoryConnection) => void) {}

  send(frame: Uint8Array): void {
    const copy = frame.slice();
    queueMicrotask(() => {
      if (!this.isEnded) this.client.onFrame(copy);
    });
  }

  close(reason: CloseReason, message?: string): void {
    this.end(reason, message === undefined ? undefined : new Error(message));
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.frameListener = listener;
  }

  onClose(listener: (reason: CloseReason) => void): void {
    this.closeListener = listener;
  }

  receive(frame: Uint8Array): void {
    queueMicrotask(() => {
      if (!this.isEnded) this.frameListener?.(frame);
    });
  }

  end(reason: CloseReason, error?: Error): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.ended(this);
    this.closeListener?.(reason);
    this.client.onClose(reason, error);
  }
}
