import type { Incarnation } from './state-store.js';

/** Who is at the other end of a link between silos. Proven when the link opens: whoever has the cluster's secret may speak for an incarnation. */
export interface Peer {
  readonly siloId: string;
  readonly incarnation: Incarnation;
}

/** One open connection between two silos. Frames arrive whole, once and in order, until it closes; then nobody knows how many did. */
export interface FrameConnection {
  readonly peer: Peer;
  /** Bytes handed over that the network has not taken yet. */
  readonly bufferedBytes: number;
  /** Hands a frame over; after the close it is dropped. The bytes must not change afterwards. Throws `PayloadTooLargeError` above `MAX_LINK_FRAME_BYTES`. */
  send(frame: Uint8Array): void;
  /** Closes at once: what is buffered may be lost. Idempotent. */
  close(reason: string): void;
  /** One listener; frames that came before it was set are kept for it. */
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called once, also when it closed before the listener was set. */
  onClose(listener: (reason: string) => void): void;
}

/**
 * How silos reach each other. Socket.IO in production, queues in memory in tests. One object per silo.
 * F1. A connection is between exactly the two incarnations that its handshake proved, of one cluster and one protocol version.
 * F2. A dead peer's connection closes within about a second of silence.
 */
export interface FrameNetwork {
  /** Where the others reach this silo, once it listens. */
  readonly address: string;
  /** Opens the port. `accept` gets each connection that another silo opened. Rejects with `ConfigurationError` when the port cannot be had. */
  listen(accept: (connection: FrameConnection) => void): Promise<void>;
  /**
   * Opens a connection. Rejects with `SiloUnavailableError`: nobody there (`cause` has the system's code: refused or timed out), or with the
   * reason when the other side refused (secret, cluster, version, another incarnation than expected).
   */
  connect(address: string, expected: Incarnation): Promise<FrameConnection>;
  /** Closes the port and all connections. Idempotent. */
  close(): Promise<void>;
}
