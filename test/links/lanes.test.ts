import { expect } from 'chai';
import { CallTimeoutError, ConfigurationError, LinkLostError, PayloadTooLargeError, SiloUnavailableError } from '../../protocol/errors/index.js';
import { FrameKind } from '../../silo/links/large-message.js';
import { CHUNK_BYTES, DEFAULT_LINK_LIMITS, MAX_FRAME_BYTES, checkedLimits, type LinkLimits } from '../../silo/links/link-limits.js';
import { failure, gate } from '../support/memory-silo.js';
import { LinkedSilos, outcomeOf, type LinkedSilo } from './link-fixture.js';
import { SpiedNetwork, type SpiedConnection } from './spied-network.js';

const MIB = 1024 * 1024;

/** A pair with an open link; `wire` is `a`'s end of it. */
async function linked(limits: Partial<LinkLimits> = {}): Promise<{ silos: LinkedSilos; a: LinkedSilo; b: LinkedSilo; wire: SpiedConnection }> {
  const spies = new SpiedNetwork();
  const pair = await LinkedSilos.pair({ limits, through: (network, siloId) => (siloId === 'a' ? spies.over(network) : network) });
  await pair.a.pool.invoke(pair.b.member, pair.silos.call('warm'));
  pair.b.seen.length = 0;
  spies.connection.sent.length = 0;
  return { ...pair, wire: spies.connection };
}

const kindsOf = (wire: SpiedConnection): number[] => wire.sent.map((frame) => frame[0]!);

describe('what leaves over a link', () => {
  it('is one frame for all calls made until the microtasks are done', async () => {
    const { silos, a, b, wire } = await linked();
    const calls = Array.from({ length: 50 }, (_, n) => a.pool.invoke(b.member, silos.call('warm', [n])));
    // A wave later.
    const later = Promise.resolve().then(() => a.pool.invoke(b.member, silos.call('warm', [50])));
    await Promise.all([...calls, later]);
    expect(kindsOf(wire)).to.deep.equal([FrameKind.calls]);
    expect(b.seen.map(({ args }) => args[0])).to.deep.equal(Array.from({ length: 51 }, (_, n) => n));
  });

  it('is several frames when there are many calls at once: the other end has the first while the rest is written', async () => {
    const { silos, a, b, wire } = await linked();
    const calls = Array.from({ length: 200 }, (_, n) => a.pool.invoke(b.member, silos.call('warm', [n])));
    const early = wire.sent.length;
    await Promise.all(calls);
    expect(early).to.be.within(1, wire.sent.length - 1);
    expect(wire.sent.length).to.be.at.most(5);
    expect(b.seen.map(({ args }) => args[0])).to.deep.equal(Array.from({ length: 200 }, (_, n) => n));
  });

  it('stays together, however many calls there are, while the network holds back what it has', async () => {
    const { silos, a, b, wire } = await linked();
    wire.heldBytes = 1;
    await Promise.all(Array.from({ length: 200 }, (_, n) => a.pool.invoke(b.member, silos.call('warm', [n]))));
    expect(kindsOf(wire)).to.deep.equal([FrameKind.calls]);
  });

  it('is control messages first, then calls, however they were made', async () => {
    const { silos, a, b, wire } = await linked();
    const order: string[] = [];
    b.onControl = (topic) => { order.push(topic); };
    b.onInvoke = ({ method }) => { order.push(method); };
    await Promise.all([a.pool.invoke(b.member, silos.call('warm')), a.pool.ask(b.member, 'urgent', 1, 1000)]);
    expect(order).to.deep.equal(['urgent', 'warm']);
    expect(kindsOf(wire)).to.deep.equal([FrameKind.control, FrameKind.calls]);
  });

  it('is never a longer frame than 256 KiB for names either, and more names than are numbered travel all the same', async () => {
    const { silos, a, b, wire } = await linked({ maxInFlight: 10_000 });
    const methods = Array.from({ length: 5000 }, (_, n) => `${'m'.repeat(120)}${n}`);
    for (const round of [1, 2]) {
      await Promise.all(methods.map((method) => a.pool.invoke(b.member, silos.call(method, [round]))));
      expect(b.seen.splice(0).map(({ method }) => method)).to.deep.equal(methods);
    }
    for (const frame of wire.sent) expect(frame.length).to.be.at.most(MAX_FRAME_BYTES);
  });

  it('is never a longer frame than 256 KiB', async () => {
    const { silos, a, b, wire } = await linked();
    const calls = [10, 60_000, 65_000, 65_600, 200_000, 300_000, 60_000, 60_000, 60_000, 60_000, 60_000].map((length) =>
      a.pool.invoke(b.member, silos.call('warm', ['x'.repeat(length)])));
    const done = Promise.all(calls);
    await silos.clock.advance(100);
    await done;
    for (const frame of wire.sent) expect(frame.length).to.be.at.most(MAX_FRAME_BYTES);
  });

  it('of a large message is chunks, between which small calls and control messages find their way', async () => {
    const { silos, a, b, wire } = await linked({ windowBytes: 4 * CHUNK_BYTES });
    const bytes = Buffer.alloc(20 * MIB, 'a pattern of 23 letters');
    b.onInvoke = ({ method, args }) => (method === 'large' ? Buffer.compare(args[0] as Uint8Array, bytes) : 'small');
    const large = outcomeOf(a.pool.invoke(b.member, silos.call('large', [bytes])));
    await silos.clock.advance(3);
    const small = a.pool.invoke(b.member, silos.call('warm'));
    const ask = a.pool.ask(b.member, 'hello', 'there', 1000);
    expect(await small).to.equal('small');
    expect(await ask).to.equal('there');
    expect(large.state).to.equal('pending');
    expect(b.seen.map(({ method }) => method)).to.deep.equal(['warm']);
    // No more than a window was ahead of them.
    expect(wire.sent.length).to.be.lessThan(4 * 6);
    await silos.clock.advance(200);
    expect(large.value).to.equal(0);
  });

  it('of large results comes back whole, also when several are under way', async () => {
    const { silos, a, b } = await linked();
    b.onInvoke = ({ args: [n] }) => String(n).repeat((n as number) * 100_000);
    const results = Promise.all([5, 3, 9, 1].map((n) => a.pool.invoke(b.member, silos.call('warm', [n]))));
    await silos.clock.advance(100);
    expect((await results).map((text) => [(text as string)[0], (text as string).length])).to.deep.equal([['5', 500_000], ['3', 300_000], ['9', 900_000], ['1', 100_000]]);
  });

  it('of a large control message goes ahead of large calls that wait', async () => {
    const { silos, a, b } = await linked({ windowBytes: CHUNK_BYTES });
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('warm', ['x'.repeat(MIB)])));
    const ask = outcomeOf(a.pool.ask(b.member, 'carry', 'x'.repeat(200_000), 1000));
    await silos.clock.advance(10);
    expect([call.state, ask.state]).to.deep.equal(['pending', 'resolved']);
  });

  it('waits while the network holds more than the window', async () => {
    const { silos, a, b, wire } = await linked();
    wire.heldBytes = 2 * MIB;
    const large = outcomeOf(a.pool.invoke(b.member, silos.call('warm', ['x'.repeat(MIB)])));
    await silos.clock.advance(50);
    expect(wire.sent).to.be.empty;
    expect(await a.pool.invoke(b.member, silos.call('warm', [1]))).to.deep.equal([1]);
    wire.heldBytes = 0;
    await silos.clock.advance(50);
    expect(large.state).to.equal('resolved');
  });

  it('is no rest of a large call that was given up, and the next large one comes through', async () => {
    const { silos, a, b, wire } = await linked({ windowBytes: CHUNK_BYTES });
    const first = outcomeOf(a.pool.invoke(b.member, silos.call('first', ['x'.repeat(8 * MIB)], { timeoutMs: 40 })));
    const second = outcomeOf(a.pool.invoke(b.member, silos.call('second', ['x'.repeat(MIB)])));
    await silos.clock.advance(200);
    expect(first.error).to.be.instanceOf(CallTimeoutError);
    expect(first.error!.message).to.contain('not sent');
    expect(second.state).to.equal('resolved');
    expect(b.seen.map(({ method }) => method)).to.deep.equal(['second']);
    expect(wire.sent.length).to.be.lessThan(120);
  });

  it('is never a message above the limit: it is refused by name on the side that would send it', async () => {
    const { silos, a, b } = await linked({ maxMessageBytes: MIB });
    for (const value of ['x'.repeat(MIB), new Uint8Array(MIB), { a: 'x'.repeat(MIB) }]) {
      const error = await failure(a.pool.invoke(b.member, silos.call('strike', [value])));
      expect(error).to.be.instanceOf(PayloadTooLargeError).and.to.have.property('limit', MIB);
      expect(error.message).to.contain('hero/p1.strike');
    }
    expect(await failure(a.pool.ask(b.member, 'carry', 'x'.repeat(MIB), 1000))).to.be.instanceOf(PayloadTooLargeError);
    expect(b.seen).to.be.empty;
    b.onInvoke = () => 'x'.repeat(MIB);
    expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(PayloadTooLargeError);
    b.onInvoke = () => { throw new Error('x'.repeat(MIB)); };
    expect((await failure(a.pool.invoke(b.member, silos.call('strike')))).message).to.have.length(10_000);
    b.onInvoke = () => 1;
    expect(await a.pool.invoke(b.member, silos.call('strike'))).to.equal(1);
  });
});

describe('the bounds of a link', () => {
  it('are numbers that can work, or the pool is not made', () => {
    for (const limits of [{ maxInFlight: 0 }, { maxInFlight: 2 ** 20 }, { maxMessageBytes: 2 ** 32 }, { windowBytes: 1.5 }, { connectTimeoutMs: Number.NaN }]) {
      expect(() => checkedLimits({ ...DEFAULT_LINK_LIMITS, ...limits }), JSON.stringify(limits)).to.throw(ConfigurationError, Object.keys(limits)[0]);
    }
  });

  it('refuse calls while too many bytes wait, and take them again when those have left', async () => {
    const { silos, a, b, wire } = await linked();
    wire.heldBytes = 33 * MIB;
    const error = await failure(a.pool.invoke(b.member, silos.call('strike')));
    expect(error).to.be.instanceOf(SiloUnavailableError).and.to.have.property('retryable', true);
    expect(error.message).to.contain("'b' (b1)").and.to.contain(String(32 * MIB));
    expect(await a.pool.ask(b.member, 'still', 'heard', 1000)).to.equal('heard');
    wire.heldBytes = 0;
    expect(await a.pool.invoke(b.member, silos.call('strike', [1]))).to.deep.equal([1]);
  });

  it('count large messages that wait for the window', async () => {
    const { silos, a, b, wire } = await linked({ maxWaitingBytes: MIB });
    wire.heldBytes = MIB / 2;
    const big = outcomeOf(a.pool.invoke(b.member, silos.call('warm', ['x'.repeat(3 * MIB)])));
    expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(SiloUnavailableError);
    wire.heldBytes = 0;
    await silos.clock.advance(100);
    expect(big.state).to.equal('resolved');
    expect(await a.pool.invoke(b.member, silos.call('strike', [1]))).to.deep.equal([1]);
  });

  it('refuse calls while too many are in flight, and count each until it settles, however it does', async () => {
    const { silos, a, b } = await linked({ maxInFlight: 3 });
    const hold = gate();
    b.onInvoke = ({ method }) => (method === 'hold' ? hold.opened : method === 'throw' ? Promise.reject(new Error('no')) : 1);
    for (let round = 0; round < 5; round++) {
      const calls = ['hold', 'throw', 'hold'].map((method) => outcomeOf(a.pool.invoke(b.member, silos.call(method, [], { timeoutMs: 50 }))));
      const error = await failure(a.pool.invoke(b.member, silos.call('strike')));
      expect(error).to.be.instanceOf(SiloUnavailableError);
      expect(error.message).to.contain('3 calls').and.to.contain("'b' (b1)");
      await silos.clock.advance(80);
      expect(calls.map(({ state }) => state)).to.deep.equal(['rejected', 'rejected', 'rejected']);
      expect(await a.pool.invoke(b.member, silos.call('strike'))).to.equal(1);
      await a.pool.invoke(b.member, silos.call('strike', [], { kind: 'oneWay' }));
    }
    hold.open();
  });

  it('count calls that wait for the link to open', async () => {
    const { silos, a, b } = await LinkedSilos.pair({ limits: { maxInFlight: 2 } });
    silos.wire.cut('a', 'b');
    const calls = [1, 2].map(() => outcomeOf(a.pool.invoke(b.member, silos.call('strike'))));
    expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(SiloUnavailableError);
    silos.wire.heal();
    await silos.settle();
    expect(calls.map(({ state }) => state)).to.deep.equal(['resolved', 'resolved']);
  });

  it('withhold results while twice as many bytes wait: the caller is told that it ran', async () => {
    const spies = new SpiedNetwork();
    const { silos, a, b } = await LinkedSilos.pair({ through: (network, siloId) => (siloId === 'b' ? spies.over(network) : network) });
    await a.pool.invoke(b.member, silos.call('warm'));
    spies.connection.heldBytes = 65 * MIB;
    const error = await failure(a.pool.invoke(b.member, silos.call('strike')));
    expect(error).to.be.instanceOf(LinkLostError).and.to.have.property('retryable', false);
    expect(b.seen.map(({ method }) => method)).to.deep.equal(['warm', 'strike']);
  });
});
