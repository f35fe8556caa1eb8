import { expect } from 'chai';
import fc from 'fast-check';
import { LinkLostError } from '../../protocol/errors/index.js';
import { ByteWriter } from '../../silo/links/byte-writer.js';
import { ChunkPlace, FrameKind } from '../../silo/links/large-message.js';
import { CHUNK_BYTES, MAX_FRAME_BYTES } from '../../silo/links/link-limits.js';
import { MessageKind } from '../../silo/links/message-kind.js';
import { runInTurn, currentTurn, type TurnInfo } from '../../sdk/context/turn-scope.js';
import { LinkedSilos, outcomeOf, type LinkedSilo } from './link-fixture.js';
import { SpiedNetwork, type SpiedConnection } from './spied-network.js';

/** A pair with an open link; `wire` is `a`'s end of it. */
async function linked(): Promise<{ silos: LinkedSilos; a: LinkedSilo; b: LinkedSilo; wire: SpiedConnection; spies: SpiedNetwork }> {
  const spies = new SpiedNetwork();
  const pair = await LinkedSilos.pair({ through: (network, siloId) => (siloId === 'a' ? spies.over(network) : network) });
  await pair.a.pool.invoke(pair.b.member, pair.silos.call('warm'));
  return { ...pair, wire: spies.connection, spies };
}

function bytes(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.take();
}

const chunk = (lane: number, place: number, size: number | undefined, length: number): Uint8Array => bytes((out) => {
  for (const byte of [FrameKind.chunk, lane, place]) out.byte(byte);
  if (size !== undefined) out.bytes(new Uint8Array(Uint32Array.of(size).buffer));
  out.bytes(new Uint8Array(length));
});
const names = (count: number, name: string): Uint8Array => bytes((out) => {
  out.byte(FrameKind.names);
  out.varint(count);
  for (let i = 0; i < count; i++) out.text(name);
});

const BAD: Readonly<Record<string, readonly Uint8Array[]>> = {
  'an empty frame': [Uint8Array.of()],
  'a frame of unknown kind': [Uint8Array.of(9, 1, 2)],
  'a message of unknown kind': [Uint8Array.of(FrameKind.calls, 99)],
  'a frame that ends in a message': [Uint8Array.of(FrameKind.calls, MessageKind.call)],
  'a call of unknown kind': [Uint8Array.of(FrameKind.calls, MessageKind.call, 1, 200, 0)],
  'a name that was never announced': [Uint8Array.of(FrameKind.calls, MessageKind.call, 1, 0, 0, 0xff, 0x10)],
  'a number without end': [Uint8Array.of(FrameKind.calls, MessageKind.cancel, ...Array<number>(20).fill(0xff))],
  'a text longer than the frame': [Uint8Array.of(FrameKind.control, MessageKind.ask, 1, 0xfe, 0xff, 0x7f)],
  'an answer of unknown kind of value': [Uint8Array.of(FrameKind.calls, MessageKind.value, 1, 12)],
  'more names than there may be': Array.from({ length: 5 }, () => names(1000, 'n')),
  'a name that is too long': [names(1, 'n'.repeat(129))],
  'a frame that is too long': [new Uint8Array(MAX_FRAME_BYTES + 1).fill(FrameKind.calls)],
  'a chunk of no lane': [chunk(2, ChunkPlace.first, CHUNK_BYTES + 1, 10)],
  'a chunk without beginning': [chunk(1, ChunkPlace.next, undefined, 10)],
  'a chunk in no place': [chunk(1, 7, undefined, 10)],
  'an empty chunk': [chunk(1, ChunkPlace.first, CHUNK_BYTES + 1, 0)],
  'a message in chunks that is too long': [chunk(1, ChunkPlace.first, 64 * 1024 * 1024 + 1, 10)],
  'a second message in chunks before the first one ends': [chunk(1, ChunkPlace.first, 200_000, 10), chunk(1, ChunkPlace.first, 200_000, 10)],
  'more chunks than the message has': [chunk(1, ChunkPlace.first, CHUNK_BYTES + 10, CHUNK_BYTES), chunk(1, ChunkPlace.next, undefined, 20)],
};

describe('a peer that sends nonsense', () => {
  for (const [what, frames] of Object.entries(BAD)) {
    it(`loses its link, with the reason in the log: ${what}`, async () => {
      const { silos, a, b, wire } = await linked();
      b.onInvoke = () => new Promise(() => undefined);
      const waits = outcomeOf(a.pool.invoke(b.member, silos.call('waits')));
      await silos.settle();
      for (const frame of frames) wire.hear(frame);
      await silos.settle();
      expect(wire.closedFor).to.match(/^malformed frame: ./);
      expect(waits.error).to.be.instanceOf(LinkLostError);
      expect(a.log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
      expect(a.log.lines.filter(({ level }) => level === 'error')).to.be.empty;
      b.onInvoke = () => 'again';
      expect(await a.pool.invoke(b.member, silos.call('again'))).to.equal('again');
    });
  }

  it('does no other harm, whatever it sends', async () => {
    const { silos, a, b, spies } = await linked();
    const kinds = fc.constantFrom(...Object.values(FrameKind), 0, 77);
    const anyFrame = fc.tuple(kinds, fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(10), { maxLength: 60 }).map((list) => Uint8Array.from(list))))
      .map(([kind, rest]) => Uint8Array.of(kind, ...rest));
    await fc.assert(fc.asyncProperty(fc.array(anyFrame, { minLength: 1, maxLength: 20 }), async (frames) => {
      for (const frame of frames) spies.connections.at(-1)!.hear(frame);
      await silos.settle();
      const call = outcomeOf(a.pool.invoke(b.member, silos.call('still there', [frames.length])));
      await silos.settle();
      // The peer's own bytes may have answered it: what counts is that it has ended, or the next one does.
      if (call.state === 'pending') await silos.clock.advance('31s');
      expect(call.state).to.not.equal('pending');
    }), { numRuns: 300 });
    expect(a.log.lines.filter(({ level }) => level === 'error')).to.be.empty;
  });

  it('cannot answer calls that do not exist, nor end those of others', async () => {
    const { silos, a, b, wire } = await linked();
    b.onInvoke = () => new Promise(() => undefined);
    const waits = outcomeOf(a.pool.invoke(b.member, silos.call('waits')));
    for (const id of [1, 5, 2 ** 20, 2 ** 40]) {
      wire.hear(bytes((out) => {
        out.byte(FrameKind.calls);
        out.byte(MessageKind.value);
        out.varint(id + 2 ** 30);
        out.byte(2);
        out.byte(MessageKind.cancel);
        out.varint(id);
      }));
    }
    await silos.settle();
    expect(wire.closedFor).to.equal(undefined);
    expect(waits.state).to.equal('pending');
  });
});

describe('a call that came over a link', () => {
  it('is handled as code of no turn, though frames can arrive in the stack of one', async () => {
    const { silos, a, b } = await linked();
    let seen: unknown = 'nothing';
    b.onInvoke = () => { seen = currentTurn(); };
    await runInTurn({ isOpen: true } as TurnInfo, () => a.pool.invoke(b.member, silos.call('look')));
    expect(seen).to.equal(undefined);
  });
});
