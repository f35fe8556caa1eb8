// Socket.IO's packets between silos, by its own door for parsers: a frame is one binary message of the WebSocket, without the text packet that
// announces it otherwise; and what silos never send (namespaces, acknowledgements, events in JSON) is not parsed at all. Measured at 100 messages
// in flight: 1.2 times Socket.IO's own parser, level with Engine.IO without Socket.IO, 0.7 of bare TCP. So there is no reason to go around it.
import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';

/** An event: a frame. */
export const FRAME = 'f';
/** An event: a sign of life, which nobody is told of. */
export const BEAT = 'b';

const MAX_TEXT_CHARS = 1024;
const CONNECT = String(PacketType.CONNECT);
const DISCONNECT = String(PacketType.DISCONNECT);

/** Frames, and the packets that open and close a connection. */
export class SiloPacketEncoder extends Encoder {
  override encode(packet: Packet): ReturnType<Encoder['encode']> {
    if (packet.type !== PacketType.EVENT) return super.encode(packet);
    const [event, frame] = packet.data as readonly [string, Uint8Array?];
    return [frame ?? event];
  }
}

/** Throws for anything else, which ends the connection. */
export class SiloPacketDecoder extends Decoder {
  private isConnected = false;

  override add(packet: unknown): void {
    if (typeof packet !== 'string') return void this.emitReserved('decoded', { type: PacketType.EVENT, nsp: '/', data: [FRAME, packet] });
    if (packet === DISCONNECT) return void this.emitReserved('decoded', { type: PacketType.DISCONNECT, nsp: '/' });
    if (packet === BEAT && this.isConnected) return;
    // Once: Socket.IO would make another socket while the first is being made.
    if (!packet.startsWith(CONNECT) || packet.length > MAX_TEXT_CHARS || this.isConnected) throw new Error('a packet that silos do not send');
    this.isConnected = true;
    this.emitReserved('decoded', { type: PacketType.CONNECT, nsp: '/', data: sessionOf(packet.slice(1)) });
  }
}

function sessionOf(json: string): { readonly sid: string } | undefined {
  if (json === '') return undefined;
  const data: unknown = JSON.parse(json);
  if (typeof data !== 'object' || data === null || !('sid' in data) || typeof data.sid !== 'string') throw new Error('a session without an id');
  return { sid: data.sid };
}
