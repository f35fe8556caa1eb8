// ClientPacketDecoder: Socket.IO's decoder, which looks at a packet's length before it parses it. An honest client says little in text: a
// handshake, the header of a binary event, a goodbye. The rest of what the protocol has (events of any depth and width in JSON, several
// attachments, acknowledgements) would be parsed, and handed on as arguments, before anybody could refuse it: a million of them end the process.
import { Decoder, PacketType } from 'socket.io-parser';

/** Stands for the `auth` of a handshake that was too long to be read. */
export const OVERSIZED: Readonly<Record<string, unknown>> = Object.freeze({});

const MAX_HANDSHAKE_CHARS = 65_536;
const MAX_PACKET_CHARS = 1024;
/** Packets that our clients do not send: some may be another library's habit, many are a flood. */
const MAX_STRAYS = 100;

const CONNECT = String(PacketType.CONNECT);
const OURS: readonly string[] = [CONNECT, String(PacketType.DISCONNECT), String(PacketType.BINARY_EVENT)];

/** There is one namespace. Each of another costs an answer, which nobody may read. */
function isElsewhere(packet: string): boolean {
  const first = /^\d[\d-]*/.exec(packet)?.[0].length ?? 0;
  return packet.charAt(first) === '/';
}

/** Throws for what no client of ours sends, which ends the connection; a handshake that is too long is handed on as `OVERSIZED`. */
export class ClientPacketDecoder extends Decoder {
  private strays = 0;

  constructor() {
    super({ maxAttachments: 1 });
  }

  override add(packet: unknown): void {
    if (typeof packet !== 'string') return super.add(packet);
    const kind = packet.charAt(0);
    if (kind === CONNECT && packet.length > MAX_HANDSHAKE_CHARS) return void this.emitReserved('decoded', { type: PacketType.CONNECT, nsp: '/', data: OVERSIZED });
    if (kind !== CONNECT && packet.length > MAX_PACKET_CHARS) throw new Error(`a text packet of ${packet.length} characters`);
    if ((!OURS.includes(kind) || isElsewhere(packet)) && ++this.strays > MAX_STRAYS) throw new Error('too many packets of kinds that clients do not send');
    super.add(packet);
  }
}
