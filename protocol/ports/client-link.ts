/** Why a connection ended: the other side said goodbye, it broke, or we closed it. */
export type CloseReason = 'left' | 'lost' | 'kicked';

/** What a client shows when it knocks. */
export interface Handshake {
  readonly token?: string | undefined;
  /** From an earlier welcome of an anonymous client; proves that the id is the same client's. */
  readonly resumeToken?: string | undefined;
  readonly address: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The gateway's end of one client's connection. Frames arrive in order and whole. */
export interface ClientConnection {
  readonly handshake: Handshake;
  /** Bytes waiting to be written to the client; a slow client's grows. */
  readonly bufferedBytes: number;
  send(frame: Uint8Array): void;
  /** Closes; the client is told the reason and does not reconnect when it was kicked. */
  close(reason: CloseReason, message?: string): void;
  /** Held, nothing is read from the client, so that what it sends waits at its end; frames that were received already still arrive. */
  hold(isHeld: boolean): void;
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called once. */
  onClose(listener: (reason: CloseReason) => void): void;
}

/** Accepts client connections, for as long as it runs. */
export interface ClientListener {
  /** `admit` decides before the connection exists; its rejection is sent to the client as a typed error. */
  start(admit: (handshake: Handshake) => Promise<(connection: ClientConnection) => void>): Promise<{ readonly address: string }>;
  stop(): Promise<void>;
}

/** What the client sees of its connection. */
export interface ClientLinkEvents {
  onOpen(): void;
  onFrame(frame: Uint8Array): void;
  /** The connection ended. `kicked` and a refused handshake are final; after `lost` the link tries again by itself. */
  onClose(reason: CloseReason, error?: Error): void;
}

/** The client's end. Socket.IO in production, a pair of queues in tests. */
export interface ClientLink {
  open(events: ClientLinkEvents): void;
  send(frame: Uint8Array): void;
  close(): void;
}
