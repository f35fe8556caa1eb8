// A client's connection in memory: the twin of Socket.IO for tests. Frames are copied and arrive in a later microtask, in order.
import { TroupeError, SiloUnavailableError } from '../protocol/errors/index.js';
import type { ClientConnection, ClientLink, ClientLinkEvents, ClientListener, CloseReason, Handshake } from '../protocol/ports/client-link.js';
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';

type Admit = Parameters<ClientListener['start']>[0];

/** How long a link waits before it tries again. */
const RECONNECT_MS = 200;

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
    this.cut();
    return Promise.resolve();
  }

  /** Breaks all connections, as a network does; links made with a clock come back. */
  cut(): void {
    for (const connection of [...this.connections]) connection.end('lost');
  }

  /** A client's end that is not open yet. With a clock it tries again after a lost connection, without one it stays lost. */
  link(handshake: () => Handshake | Promise<Handshake>, clock?: Clock): ClientLink {
    return new MemoryLink(handshake, clock, (shown) => {
      if (!this.admit) return Promise.reject(new SiloUnavailableError('the gateway is stopped'));
      return this.admit(shown);
    }, this.connections);
  }
}

class MemoryLink implements ClientLink {
  private connection: MemoryConnection | undefined;
  private timer: TimerHandle | undefined;
  private isClosed = false;

  constructor(
    private readonly handshake: () => Handshake | Promise<Handshake>,
    private readonly clock: Clock | undefined,
    private readonly admit: Admit,
    private readonly connections: Set<MemoryConnection>,
  ) {}

  open(events: ClientLinkEvents): void {
    this.connect(events).catch((error: unknown) => {
      const isFinal = error instanceof TroupeError && !error.retryable;
      this.ended(events, isFinal ? 'kicked' : 'lost', error as Error);
    });
  }

  send(frame: Uint8Array): void {
    this.connection?.receive(frame.slice());
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    const { connection } = this;
    // After the frames that were sent before.
    queueMicrotask(() => connection?.end('left'));
  }

  private async connect(events: ClientLinkEvents): Promise<void> {
    const handshake = await this.handshake();
    const accept = await this.admit(handshake);
    if (this.isClosed) return;
    const connection = new MemoryConnection(handshake, (frame) => events.onFrame(frame), (reason, error) => {
      this.connections.delete(connection);
      this.connection = undefined;
      this.ended(events, reason, error);
    });
    this.connection = connection;
    this.connections.add(connection);
    events.onOpen();
    accept(connection);
  }

  private ended(events: ClientLinkEvents, reason: CloseReason, error?: Error): void {
    events.onClose(reason, error);
    if (reason === 'lost' && !this.isClosed) this.timer = this.clock?.setTimer(() => this.open(events), RECONNECT_MS);
  }
}

class MemoryConnection implements ClientConnection {
  readonly bufferedBytes = 0;
  private frameListener: ((frame: Uint8Array) => void) | undefined;
  private closeListener: ((reason: CloseReason) => void) | undefined;
  private isEnded = false;

  constructor(
    readonly handshake: Handshake,
    private readonly toClient: (frame: Uint8Array) => void,
    private readonly ended: (reason: CloseReason, error?: Error) => void,
  ) {}

  send(frame: Uint8Array): void {
    const copy = frame.slice();
    if (!this.isEnded) queueMicrotask(() => this.toClient(copy));
  }

  close(reason: CloseReason, message?: string): void {
    // After the frames that were sent before.
    queueMicrotask(() => this.end(reason, message === undefined ? undefined : new Error(message)));
  }

  /** Memory has no other end where frames could wait. */
  hold(): void {}

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
    this.closeListener?.(reason);
    this.ended(reason, error);
  }
}
