// What an honest client sends, changed by fast-check: the same seed gives the same bytes.
import fc from 'fast-check';
import { ClientMessage, encodeMessage, joinMessages } from '../../../protocol/client-wire.js';
import { createCodec } from '../../../protocol/codec/index.js';
import { webSocketFrame, type RawWebSocket } from '../../../test/gateway/raw-web-socket.js';
import { call, pause, type Attack, type Battlefield } from '../attack.js';

const codec = createCodec();
/** So many connections are attacked side by side. */
const WIDTH = 20;
const BATCH = 20;
/** The id of the calls in between. */
const SOUNDING = 777_777;
/** So long a connection is left that waits for the rest of a frame; the gateway itself gives it up after four seconds without heartbeats. */
const INCOMPLETE_MS = 500;

const honest = (id: number, value: unknown, method = 'echo'): Uint8Array => encodeMessage([ClientMessage.call, id, 'echo', 'e', null, method, 30_000, null], codec.encode(value, 'args'));
const MESSAGES: readonly Uint8Array[] = [
  honest(1, ['hello']), honest(2, [{ a: [1, 'x', new Date(0), new Map<unknown, unknown>([[1, new Set([2n ** 70n])]]), new Error('e'), new Uint16Array(3)] }]), honest(3, [new Array(3), null, undefined, -0, '\ud800']),
  encodeMessage([ClientMessage.subscribe, 4, 'visitor', 'm', null, 'port-noise']), encodeMessage([ClientMessage.unsubscribe, 4]), encodeMessage([ClientMessage.cancel, 1]),
  encodeMessage([ClientMessage.oneWay, 'echo', 'e', null, 'echo'], codec.encode([1], 'args')),
];
const PACKETS = ['451-["f",{"_placeholder":true,"num":0}]', '42["f",1]', '40{"token":"m"}', '3', '43["x"]', '41', '40/x,{"token":"m"}'].map((packet) => Buffer.from(packet));

const change = fc.record({ kind: fc.constantFrom('flip', 'cut', 'insert', 'double'), at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), byte: fc.nat(255) });
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
type Change = { readonly kind: string; readonly at: number; readonly byte: number };

/** Something that was right until it was changed. */
interface Mutation {
  /** Whether the gateway may have to wait for the rest of a WebSocket frame. */
  readonly isWire: boolean;
  send(raw: RawWebSocket): void;
}

const messages = fc.tuple(fc.shuffledSubarray([...MESSAGES], { minLength: 1 }), changes).map(([chosen, edits]): Mutation => ({ isWire: false, send: (raw) => raw.frame(edits.reduce(changed, joinMessages(chosen))) }));
const packets = fc.tuple(fc.constantFrom(...PACKETS), changes).map(([packet, edits]): Mutation => ({
  isWire: false,
  send: (raw) => {
    raw.bytes(webSocketFrame(0x1, edits.reduce(changed, packet)));
    raw.binary(MESSAGES[0]!);
  },
}));
const wire = fc.tuple(fc.constantFrom(...MESSAGES), changes).map(([message, edits]): Mutation => {
  const whole = Buffer.concat([webSocketFrame(0x1, PACKETS[0]!), webSocketFrame(0x2, message)]);
  return { isWire: true, send: (raw) => void raw.bytes(edits.reduce(changed, whole)) };
});

function changed(bytes: Uint8Array, { kind, at, byte }: Change): Uint8Array {
  const index = Math.floor(at * bytes.length);
  if (kind === 'cut') return bytes.slice(0, index);
  if (kind === 'insert') return Uint8Array.from([...bytes.subarray(0, index), byte, ...bytes.subarray(index)]);
  if (kind === 'double') return Uint8Array.from([...bytes, ...bytes.subarray(index)]);
  const copy = bytes.slice();
  if (index < copy.length) copy[index] = copy[index]! ^ (byte || 1);
  return copy;
}

/** `count` mutations over real connections: seven of ten in the gateway's frames, two in packets, one in bytes of WebSocket. */
export function mutations(count: number, seed: number): Attack {
  const any = fc.oneof({ weight: 7, arbitrary: messages }, { weight: 2, arbitrary: packets }, { weight: 1, arbitrary: wire });
  return async (field) => {
    const all = fc.sample(any, { numRuns: count, seed });
    const next = (): Mutation | undefined => all.pop();
    await Promise.all(Array.from({ length: WIDTH }, (_, index) => mutate(field, `m${index}`, next)));
  };
}

async function mutate(field: Battlefield, token: string, next: () => Mutation | undefined): Promise<void> {
  let raw: RawWebSocket | undefined;
  let unheard = 0;
  for (let mutation = next(); mutation !== undefined; mutation = next()) {
    if (raw === undefined || raw.isClosed) raw = await field.open({ token });
    // What counts is what was worked off: an honest call behind it is answered, or the connection is over.
    mutation.send(raw);
    unheard++;
    if (!mutation.isWire && unheard < BATCH) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!raw.isClosed) continue;
    }
    const outcome = await sounded(raw, mutation.isWire);
    field.tally.add('worked off', unheard);
    field.tally.add(outcome);
    unheard = 0;
    if (outcome === 'answered') continue;
    raw.destroy();
    raw = undefined;
  }
  if (raw !== undefined && unheard > 0) {
    field.tally.add(await sounded(raw, false));
    field.tally.add('worked off', unheard);
  }
  raw?.destroy();
}

/** An honest call: answered, with its value or for coming too often; or the connection is over. */
async function sounded(raw: RawWebSocket, isWire: boolean): Promise<string> {
  const outcome = await Promise.race([call(raw, codec.encode(['sounding'], 'args'), { id: SOUNDING }), ...(isWire ? [pause(INCOMPLETE_MS).then(() => 'half a frame')] : [])]);
  return outcome === 'value' || outcome === 'ERR_RATE_LIMITED' ? 'answered' : outcome;
}
