// SocketClientLink. Owns: the Socket.IO connection of one client, and its reconnecting. One socket at a time; gateways are tried in turn.
import { io, type Socket } from 'socket.io-client';
import { fromWireError } from '../../protocol/codec/index.js';
import { ConfigurationError, TroupeError } from '../../protocol/errors/index.js';
import type { GatewayList } from './gateway-list.js';
import type { ClientLink, ClientLinkEvents, CloseReason } from '../../protocol/ports/client-link.js';

/** Where the link leads, and what it shows there. */
export interface SocketClientLinkOptions {
  readonly gateways: Pick<GatewayList, 'current' | 'next'>;
  /** Asked at every connection. */
  readonly credentials: () => Promise<{ readonly token?: string | undefined; readonly resumeToken?: string | undefined }>;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 3000;
const ATTEMPT_TIMEOUT_MS = 5000;

/** A client's end over Socket.IO. After a lost connection it dials again, slower each time, until `close`. */
export class SocketClientLink implements ClientLink {
  private socket: Socket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;
  private isClosed = false;

  constructor(private readonly options: SocketClientLinkOptions) {}

  open(events: ClientLinkEvents): void {
    void this.dial(events);
  }

  send(frame: Uint8Array): void {
    // Socket.IO would keep it for a connection that never comes.
    if (this.socket?.connected) this.socket.emit('f', frame);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket?.disconnect();
  }

  private async dial(events: ClientLinkEvents): Promise<void> {
    const { gateways, credentials } = this.options;
    let auth: object;
    try {
      auth = await credentials();
    } catch (error) {
      // What a token function throws is a failed request, say: it is asked again. Wrong use stays wrong.
      return error instanceof ConfigurationError ? events.onClose('kicked', error) : this.lost(events, error as Error);
    }
    if (this.isClosed) return;
    const socket = io(gateways.current, {
      auth, reconnection: false, forceNew: true, transports: ['websocket', 'polling'], tryAllTransports: true, timeout: ATTEMPT_TIMEOUT_MS,
    });
    this.socket = socket;
    let goodbye: { readonly reason: CloseReason; readonly message: string } | undefined;
    socket.on('connect', () => events.onOpen());
    socket.on('f', (frame: ArrayBuffer | Uint8Array) => {
      // Not before the gateway has said something: one that lets clients in and drops them at once is not hammered.
      this.attempts = 0;
      events.onFrame(frame instanceof Uint8Array ? frame : new Uint8Array(frame));
    });
    socket.on('bye', (reason: CloseReason, message: string) => (goodbye = { reason, message }));
    socket.on('connect_error', (error) => this.refused(events, error));
    socket.on('disconnect', () => {
      if (this.isClosed) events.onClose('left');
      else if (goodbye?.reason === 'kicked') events.onClose('kicked', new Error(goodbye.message));
      else this.lost(events, goodbye && new Error(goodbye.message));
    });
  }

  /** A gateway that said no is final unless it may say yes later; anything else is a gateway that could not be reached. */
  private refused(events: ClientLinkEvents, error: Error & { readonly data?: { readonly code?: string; readonly message?: string } }): void {
    this.socket?.disconnect();
    const { code, message } = error.data ?? {};
    const typed = code === undefined ? undefined : fromWireError({ kind: 'troupe', name: code, message: message ?? '' });
    if (typed instanceof TroupeError && !typed.retryable) events.onClose('kicked', typed);
    else this.lost(events, typed ?? error);
  }

  private lost(events: ClientLinkEvents, error: Error | undefined): void {
    events.onClose('lost', error);
    if (this.isClosed) return;
    this.options.gateways.next();
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts++) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => void this.dial(events), delayMs);
  }
}
