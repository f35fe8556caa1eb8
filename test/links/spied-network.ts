import type { FrameConnection, FrameNetwork } from '../../protocol/ports/frame-network.js';

/** A network whose connections can be seen into: what this silo sends on them, in order, and how much they say is buffered. */
export class SpiedNetwork {
  readonly connections: SpiedConnection[] = [];

  over(network: FrameNetwork): FrameNetwork {
    return {
      get address() {
        return network.address;
      },
      listen: (accept) => network.listen((connection) => accept(this.spy(connection))),
      connect: async (address, expected) => this.spy(await network.connect(address, expected)),
      close: () => network.close(),
    };
  }

  /** The only connection. */
  get connection(): SpiedConnection {
    if (this.connections.length !== 1) throw new Error(`expected one connection, there are ${this.connections.length}`);
    return this.connections[0]!;
  }

  private spy(connection: FrameConnection): SpiedConnection {
    const spied = new SpiedConnection(connection);
    this.connections.push(spied);
    return spied;
  }
}

export class SpiedConnection implements FrameConnection {
  readonly sent: Uint8Array[] = [];
  /** Said to be buffered, beside what is. */
  heldBytes = 0;
  closedFor: string | undefined;
  private listener: ((frame: Uint8Array) => void) | undefined;

  constructor(private readonly connection: FrameConnection) {}

  get peer(): FrameConnection['peer'] {
    return this.connection.peer;
  }

  get bufferedBytes(): number {
    return this.connection.bufferedBytes + this.heldBytes;
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame);
    this.connection.send(frame);
  }

  close(reason: string): void {
    this.closedFor ??= reason;
    this.connection.close(reason);
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.listener = listener;
    this.connection.onFrame(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.connection.onClose(listener);
  }

  /** As if the peer had sent it. */
  hear(frame: Uint8Array): void {
    this.listener?.(frame);
  }
}
