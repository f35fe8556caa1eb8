import { expect } from 'chai';
import fc from 'fast-check';
import { ClientMessage, encodeMessage, GatewayMessage, joinMessages, MAX_HEADER_BYTES, splitFrame } from '../../protocol/client-wire.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Arena, Hero, Moved } from './heroes.js';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const call = (header: readonly unknown[], payload = bytes(0x90)): Uint8Array => encodeMessage([ClientMessage.call, ...header], payload);
const GOOD = call([1, 'hero', 'p1', null, 'greet', 1000, null]);

describe('a frame', () => {
  const header = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.constant(null)), { maxLength: 8 });
  const message = fc.tuple(header, fc.uint8Array({ maxLength: 200 }));

  it('holds its messages as they were written, in order', () => {
    fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), (messages) => {
      const frame = joinMessages(messages.map(([head, payload]) => encodeMessage(head, payload)));
      const read = [...splitFrame(frame)].map((one) => [one.header, Uint8Array.from(one.payload)]);
      expect(read).to.deep.equal(messages.map(([head, payload]) => [head, Uint8Array.from(payload)]));
    }));
  });

  it('is read also from the middle of a larger buffer', () => {
    const buffer = new Uint8Array(GOOD.length + 20);
    buffer.set(GOOD, 7);
    expect([...splitFrame(buffer.subarray(7, 7 + GOOD.length))]).to.have.length(1);
  });
});

describe('a client that sends what no client sends', () => {
  let gateway: TestGateway;
  let neighbour: RawClient;
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);

  before(async () => {
    process.on('unhandledRejection', onRejection);
    gateway = await testGateway([Hero, Arena], [Moved], { session: 'hero', limits: { callsPerSecond: 1_000_000 } });
    neighbour = await gateway.join('neighbour');
  });
  afterEach(async () => {
    await gateway.clock.advance(1);
    expect(rejections).to.deep.equal([]);
    expect(await neighbour.call('hero', 'p1', null, 'greet')).to.deep.equal({ value: 'hello' });
  });
  after(async () => {
    process.off('unhandledRejection', onRejection);
    await gateway.gateway.stop();
  });

  const ENDING: Readonly<Record<string, Uint8Array>> = {
    'half a prefix': bytes(0, 0, 0),
    'a message that is cut off': GOOD.subarray(0, GOOD.length - 1),
    'lengths beyond the frame': bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3),
    'a header of nothing': encodeMessage([]),
    'a header that is no JSON': bytes(0, 0, 0, 2, 0, 0, 0, 0, 0x5b, 0x5b),
    'a header that is no array': bytes(0, 0, 0, 2, 0, 0, 0, 0, 0x7b, 0x7d),
    'a header that is no UTF-8': bytes(0, 0, 0, 3, 0, 0, 0, 0, 0x22, 0xff, 0x22),
    'a header that is too long': encodeMessage(['x'.repeat(MAX_HEADER_BYTES)]),
    'a header 16,000 deep': bytes(0, 0, 0x7d, 0, 0, 0, 0, 0, ...Array<number>(16_000).fill(0x5b), ...Array<number>(16_000).fill(0x5d)),
    'a call without a usable id': call(['one', 'hero', 'p1', null, 'greet', 1000, null]),
    'a call with a negative id': call([-1, 'hero', 'p1', null, 'greet', 1000, null]),
    'a call with half an id': call([0.5, 'hero', 'p1', null, 'greet', 1000, null]),
    'a one-way call without a method': encodeMessage([ClientMessage.oneWay, 'hero', 'p1', null]),
  };
  for (const [what, frame] of Object.entries(ENDING)) {
    it(`is disconnected for ${what}`, async () => {
      const client = await gateway.join('p1');
      client.frame(frame);
      expect(client.closed).to.deep.equal({ reason: 'lost', message: 'malformed message' });
    });
  }

  const ANSWERED: Readonly<Record<string, Uint8Array>> = {
    'a kind that does not exist': encodeMessage([99, 1, 'hero', 'p1', null, 'greet', 1000, null]),
    'no method': call([1, 'hero', 'p1', null]),
    'no timeout': call([1, 'hero', 'p1', null, 'greet', null, null]),
    'a timeout in the past': call([1, 'hero', 'p1', null, 'greet', -5, null]),
    'an empty idempotency key': call([1, 'hero', 'p1', null, 'greet', 1000, '']),
    'a long idempotency key': call([1, 'hero', 'p1', null, 'greet', 1000, 'k'.repeat(257)]),
    'an idempotency key that is an object': call([1, 'hero', 'p1', null, 'greet', 1000, {}]),
    'no arguments at all': call([1, 'hero', 'p1', null, 'greet', 1000, null], bytes()),
    'arguments that are no value': call([1, 'hero', 'p1', null, 'greet', 1000, null], bytes(0xc1)),
    'arguments that are cut off': call([1, 'hero', 'p1', null, 'echo', 1000, null], bytes(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff)),
    'arguments that claim a billion elements': call([1, 'hero', 'p1', null, 'echo', 1000, null], bytes(0xdd, 0x3b, 0x9a, 0xca, 0x00)),
    'two values for one': call([1, 'hero', 'p1', null, 'greet', 1000, null], bytes(0x90, 0x90)),
    'a subscription to no event': encodeMessage([ClientMessage.subscribe, 1, 'hero', 'p1', null]),
  };
  for (const [what, frame] of Object.entries(ANSWERED)) {
    it(`is told so under the call's id for ${what}`, async () => {
      const client = await gateway.join('p1');
      client.frame(frame);
      expect((await client.outcome(1)).error).to.have.property('code').that.is.oneOf(['ERR_INVALID_ARGUMENT', 'ERR_PAYLOAD_TOO_LARGE']);
      expect(client.closed).to.equal(undefined);
    });
  }

  it('hears of the good messages before a bad one, and of none after it', async () => {
    const client = await gateway.join('p1');
    const before = gateway.backend.envelopes.length;
    client.frame(joinMessages([GOOD, call([2, 'hero', 'p1', null, 'hidden', 1000, null]), encodeMessage([]), call([3, 'hero', 'p1', null, 'greet', 1000, null])]));
    await gateway.clock.advance(1);
    expect(gateway.backend.envelopes.length - before).to.be.at.most(1);
    expect(client.closed).to.have.property('reason', 'lost');
  });

  it('does no harm by 8,000 frames that were good before they were changed', async function () {
    this.timeout(60_000);
    const frames = [
      GOOD, call([2, 'hero', 'p1', 'Health', 'level', 1000, 'key']), call([3, 'hero', 'p1', null, 'echo', 1000, null], gateway.codec.encode([{ a: [1, 'x', new Date(0), new Map([[1, 2]])] }], 'args')),
      encodeMessage([ClientMessage.subscribe, 4, 'hero', 'p1', null, 'gw-moved']), encodeMessage([ClientMessage.unsubscribe, 4]), encodeMessage([ClientMessage.cancel, 1]),
      encodeMessage([ClientMessage.oneWay, 'hero', 'p1', null, 'greet'], bytes(0x90)),
    ];
    const change = fc.record({ kind: fc.constantFrom('flip', 'cut', 'insert', 'double'), at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), byte: fc.nat(255) });
    let client = await gateway.join('p1');
    let answered = 0;
    let ended = 0;
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(frames, { minLength: 1 }), fc.array(change, { minLength: 1, maxLength: 4 }), async (chosen, changes) => {
      if (client.closed) client = await gateway.join('p1');
      client.frame(changes.reduce(changed, joinMessages(chosen)));
      await Promise.resolve();
      if (client.closed) ended++;
      else answered += client.messages.splice(0).filter(({ header }) => header[0] === GatewayMessage.failure).length;
    }), { numRuns: 8000 });
    expect(ended, 'connections that ended').to.be.above(400);
    expect(answered, 'errors that were answered').to.be.above(400);
  });
});

function changed(frame: Uint8Array, { kind, at, byte }: { readonly kind: string; readonly at: number; readonly byte: number }): Uint8Array {
  const index = Math.floor(at * frame.length);
  if (kind === 'cut') return frame.slice(0, index);
  if (kind === 'insert') return Uint8Array.from([...frame.subarray(0, index), byte, ...frame.subarray(index)]);
  if (kind === 'double') return Uint8Array.from([...frame, ...frame.subarray(index)]);
  const copy = frame.slice();
  if (index < copy.length) copy[index] = copy[index]! ^ (byte || 1);
  return copy;
}
