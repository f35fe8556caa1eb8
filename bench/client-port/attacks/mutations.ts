// What an honest client sends, changed by fast-check: the same seed gives the same bytes.
import fc from 'fast-check';
import { ClientMessage, encodeMessage, joinMessages } from '../../../protocol/client-wire.js';
import { createCodec } from '../../../protocol/codec/index.js';
import { webSocketFrame, type RawWebSocket } from '../../../test/gateway/raw-web-socket.js';
import type { Attack, Battlefield } from '../attack.js';

const codec = createCodec();
/** So many connections are attacked side by side. */
const WIDTH = 10;
const BATCH = 20;

const call = (id: number, value: unknown, method = 'echo'): Uint8Array => encodeMessage([ClientMessage.call, id, 'echo', 'e', null, method, 30_000, null], codec.encode(value, 'args'));
const MESSAGES: readonly Uint8Array[] = [
  call(1, ['hello']), call(2, [{ a: [1, 'x', new Date(0), new Map<unknown, unknown>([[1, new Set([2n ** 70n])]]), new Error('e'), new Uint16Array(3)] }]), call(3, [new Array(3), null, undefined, -0, '\ud800']),
  encodeMessage([ClientMessage.subscribe, 4, 'visitor', 'm', null, 'port-noise']), encodeMessage([ClientMessage.unsubscribe, 4]), encodeMessage([ClientMessage.cancel, 1]),
  encodeMessage([ClientMessage.oneWay, 'echo', 'e', null, 'echo'], codec.encode([1], 'args')),
];
const PACKETS = ['451-["f",{"_placeholder":true,"num":0}]', '42["f",1]', '40{"token":"m"}', '3', '43["x"]', '41', '40/x,{"token":"m"}'].map((packet) => Buffer.from(packet));

const change = fc.record({ kind: fc.constantFrom('flip', 'cut', 'insert', 'double'), at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), byte: fc.nat(255) });
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
type Change = { readonly kind: string; readonly at: number; readonly byte: number };

/** A way to send something that was right until it was changed. */
type Mutation = (raw: RawWebSocket) => void;

const messages = fc.tuple(fc.shuffledSubarray([...MESSAGES], { minLength: 1 }), changes).map(([chosen, edits]): Mutation => (raw) => raw.frame(edits.reduce(changed, joinMessages(chosen))));
const packets = fc.tuple(fc.constantFrom(...PACKETS), changes).map(([packet, edits]): Mutation => (raw) => {
  raw.bytes(webSocketFrame(0x1, edits.reduce(changed, packet)));
  raw.binary(MESSAGES[0]!);
});
const wire = fc.tuple(fc.constantFrom(...MESSAGES), changes).map(([message, edits]): Mutation => {
  const honest = Buffer.concat([webSocketFrame(0x1, PACKETS[0]!), webSocketFrame(0x2, message)]);
  return (raw) => void raw.bytes(edits.reduce(changed, honest));
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
  for (let sent = 0; ; sent++) {
    const mutation = next();
    if (mutation === undefined) break;
    if (raw === undefined || raw.isClosed) {
      raw = await field.open({ token });
      raw.onMessage = ({ header }) => field.tally.add(header[0] === 3 ? 'typed error' : 'answered');
    }
    mutation(raw);
    field.tally.add('sent');
    // A turn of the loop, so that a connection that is lost is noticed; now and then a pause, for a client has 200 calls a second.
    await new Promise((resolve) => (sent % BATCH === 0 ? setTimeout(resolve, 5) : setImmediate(resolve)));
    if (raw.isClosed) field.tally.add('disconnected');
  }
  raw?.destroy();
}
