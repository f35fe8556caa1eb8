// One attempt to reach a silo's port over Socket.IO.
import { io } from 'socket.io-client';
import { MAX_LINK_FRAME_BYTES } from '../protocol/link-protocol.js';
import type { SiloUnavailableError } from '../protocol/errors/index.js';
import { refused, unreachable } from './link-refusal.js';
import { SiloPacketDecoder, SiloPacketEncoder } from './silo-packet.js';
import { SILO_PATH } from './silo-port.js';
import { SocketLine, type LineWebSocket } from './socket-line.js';

const CONNECT_MS = 1000;
/** Options of the WebSocket that Engine.IO hands on; its types know other values. */
const WEB_SOCKET: object = { maxPayload: MAX_LINK_FRAME_BYTES, perMessageDeflate: false };

/** An attempt under way. */
export interface SiloDial {
  /** Rejects with `SiloUnavailableError`. */
  readonly line: Promise<SocketLine>;
  /** With a system's code: why. */
  abandon(code: string): void;
}

/** What Socket.IO says when it cannot connect. */
interface ConnectError extends Error {
  /** Of a transport: the WebSocket's event. */
  readonly description?: { readonly error?: Error & { readonly code?: string } };
}

export function dial(address: string): SiloDial {
  const socket = io(address, {
    path: SILO_PATH,
    transports: ['websocket'],
    forceNew: true,
    multiplex: false,
    reconnection: false,
    timeout: CONNECT_MS,
    parser: { Encoder: SiloPacketEncoder, Decoder: SiloPacketDecoder },
    ...WEB_SOCKET,
  });
  let give: (error: SiloUnavailableError) => void;
  const line = new Promise<SocketLine>((resolve, reject) => {
    give = reject;
    socket.once('connect', () => {
      const { engine } = socket.io;
      const { ws } = engine.transport as unknown as { readonly ws: LineWebSocket };
      resolve(new SocketLine(socket, engine, ws));
    });
    socket.once('connect_error', (error: ConnectError) => reject(explain(address, error)));
    // Between the WebSocket and Socket.IO's own hello.
    socket.io.once('close', (why) => reject(unreachable(address, 'ECONNRESET', new Error(why))));
  });
  // Nobody may be waiting any more when it is abandoned.
  line.catch(() => undefined);
  return {
    line,
    abandon: (code) => {
      give(unreachable(address, code));
      socket.disconnect();
    },
  };
}

function explain(address: string, error: ConnectError): SiloUnavailableError {
  const cause = error.description?.error;
  if (cause?.code !== undefined) return unreachable(address, cause.code, cause);
  if (error.message === 'timeout') return unreachable(address, 'ETIMEDOUT', error);
  return refused(address, `no silo's port (${cause?.message ?? error.message})`);
}
