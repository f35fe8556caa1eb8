import { ClientMessage, encodeMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { createCodec, fromWireError, type WireError } from '../../protocol/codec/index.js';
import { RawWebSocket, type RawWebSocketOptions } from '../../test/gateway/raw-web-socket.js';

/** What became of what an attacker sent: how often each error code, `value`, `disconnected`, `refused`. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(outcome: string, count = 1): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + count);
  }

  /** What was counted. */
  get outcomes(): readonly string[] {
    return [...this.counts.keys()];
  }

  toString(): string {
    return [...this.counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'nothing';
  }
}

/** What an attack is given. */
export interface Battlefield {
  readonly address: string;
  /** `performance.now()` at which it has to be over. */
  readonly untilMs: number;
  readonly tally: Tally;
  /** A welcomed client of the attacker's. */
  open(options?: RawWebSocketOptions): Promise<RawWebSocket>;
}

/** Runs once, or over and over, until its time is up. */
export type Attack = (field: Battlefield) => Promise<void>;

const codec = createCodec();
const ANSWER_MS = 15_000;

/** One call with a payload of one's own making; its outcome is counted. */
export async function call(raw: RawWebSocket, payload: Uint8Array, { type = 'echo', key = 'e', method = 'echo', id = 1 } = {}): Promise<string> {
  let outcome: string | undefined;
  raw.onMessage = ({ header, payload: answer }) => {
    if (header[1] !== id) return;
    if (header[0] === GatewayMessage.result) outcome = 'value';
    else if (header[0] === GatewayMessage.failure) outcome = codeOf(answer);
  };
  raw.frame(encodeMessage([ClientMessage.call, id, type, key, null, method, 30_000, null], payload));
  await Promise.race([raw.until(() => outcome !== undefined, 'an answer').catch(() => undefined), pause(ANSWER_MS)]);
  return outcome ?? (raw.isClosed ? 'disconnected' : 'NO ANSWER');
}

/** The code of an error in a failure's payload. */
export function codeOf(payload: Uint8Array): string {
  return (fromWireError(codec.decode(payload) as WireError) as Error & { code?: string }).code ?? 'NO CODE';
}

/** The same attack again and again, each on a connection that is open, one at a time. */
export function repeated(once: (raw: RawWebSocket, field: Battlefield) => Promise<string>): Attack {
  return async (field) => {
    let raw = await field.open();
    do {
      if (raw.isClosed) raw = await field.open();
      field.tally.add(await once(raw, field));
    } while (performance.now() < field.untilMs);
    raw.destroy();
  };
}

/** Sends something on a fresh Engine.IO session, and says whether the gateway ended or refused it. */
export function onNewConnection(send: (raw: RawWebSocket) => void, { isWelcomed = true, waitMs = 3000 } = {}): Attack {
  return async (field) => {
    do {
      const raw = isWelcomed ? await field.open() : await RawWebSocket.knock(field.address);
      const refused = new Promise<string>((resolve) => {
        raw.onText = (text) => {
          if (text.startsWith('44{')) resolve((JSON.parse(text.slice(2)) as { readonly data?: { readonly code?: string } }).data?.code ?? 'NO CODE');
        };
      });
      send(raw);
      field.tally.add(await Promise.race([raw.closed.then(() => 'disconnected'), refused, pause(waitMs).then(() => 'ignored')]));
      raw.destroy();
    } while (performance.now() < field.untilMs);
  };
}

/** Resolves after that time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
