import { expect } from 'chai';
import { CallTimeoutError, LinkLostError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { FrameNetwork } from '../../protocol/ports/frame-network.js';
import { failure, gate } from '../support/memory-silo.js';
import { LinkedSilos, outcomeOf } from './link-fixture.js';

describe('the links of a silo', () => {
  it('open on demand, one for all calls both ways', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    expect(silos.wire.connections.size).to.equal(0);
    await Promise.all([1, 2, 3].map((n) => a.pool.invoke(b.member, silos.call('strike', [n]))));
    await b.pool.invoke(a.member, silos.call('strike'));
    await b.pool.ask(a.member, 'hello', 1, 1000);
    expect(silos.wire.connections.size).to.equal(1);
    expect(b.seen.map(({ args }) => args[0])).to.deep.equal([1, 2, 3]);
  });

  it('say aloud, once, that a silo cannot be reached again and again', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    silos.wire.kill('b');
    const warnings = () => a.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    for (const expected of [0, 0, 1, 1, 1]) {
      expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(SiloUnavailableError);
      expect(warnings()).to.have.length(expected);
      await silos.clock.advance(1000);
    }
    expect(warnings()[0]).to.match(/cannot be reached, again and again/);
  });

  it('are two when both silos open one at once, until the one that the greater incarnation opened is needed no more', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const answers: ((value: unknown) => void)[] = [];
    const hold = () => new Promise((resolve) => answers.push(resolve));
    a.onInvoke = b.onInvoke = hold;
    const there = outcomeOf(a.pool.invoke(b.member, silos.call('there')));
    const back = outcomeOf(b.pool.invoke(a.member, silos.call('back')));
    await silos.settle();
    expect(silos.wire.connections.size).to.equal(2);
    for (const answer of answers) answer('done');
    await silos.clock.advance(50);
    expect([there.value, back.value]).to.deep.equal(['done', 'done']);
    expect(silos.wire.connections.size).to.equal(1);
    expect([...silos.wire.connections][0]!.parties[0].siloId, 'opened by').to.equal('a');
    a.onInvoke = b.onInvoke = () => 'again';
    expect(await b.pool.invoke(a.member, silos.call('back'))).to.equal('again');
    expect(await a.pool.invoke(b.member, silos.call('there'))).to.equal('again');
    expect(silos.wire.connections.size).to.equal(1);
  });

  it('are one again also when the last call on the other could not be written', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const hold = gate();
    a.onInvoke = b.onInvoke = () => hold.opened;
    const refused = [a.pool.invoke(b.member, silos.call('there', [Symbol('no')])), b.pool.invoke(a.member, silos.call('back', [Symbol('no')]))];
    const calls = [a.pool.invoke(b.member, silos.call('there')), b.pool.invoke(a.member, silos.call('back'))];
    for (const call of refused) await failure(call);
    // The first calls have arrived by then.
    await silos.clock.advance(1);
    b.onInvoke = () => Symbol('no');
    await failure(a.pool.invoke(b.member, silos.call('there')));
    hold.open();
    await Promise.all(calls);
    await silos.clock.advance(50);
    expect(silos.wire.connections.size).to.equal(1);
    for (const { pool } of [a, b]) await pool.close();
  });

  it('lose nothing of what was sent one way over the link that is given up', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const large = 'x'.repeat(3_000_000);
    const sent = [a.pool.invoke(b.member, silos.call('there', [large], { kind: 'oneWay' })), b.pool.invoke(a.member, silos.call('back', [large], { kind: 'oneWay' }))];
    await Promise.all(sent);
    await silos.clock.advance(100);
    expect([a.seen.length, b.seen.length]).to.deep.equal([1, 1]);
    expect(silos.wire.connections.size).to.equal(1);
  });

  it('that cannot be opened fail the calls that waited: surely not sent', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    silos.wire.kill('b');
    const error = await failure(a.pool.invoke(b.member, silos.call('strike')));
    expect(error).to.be.instanceOf(SiloUnavailableError).and.to.have.property('retryable', true);
    expect(error.cause).to.be.instanceOf(SiloUnavailableError);
    expect(error.message).to.contain('hero/p1.strike').and.to.contain("'b' (b1)");
  });

  it('are not tried again at once: calls made meanwhile fail with the last cause, attempts come 50 ms apart and then less often', async () => {
    let attempts = 0;
    const { silos, a, b } = await LinkedSilos.pair({ through: (network) => countConnects(network, () => attempts++) });
    silos.wire.kill('b');
    for (const pauseMs of [50, 100, 200, 400, 800, 1000, 1000]) {
      const before = attempts;
      await failure(a.pool.invoke(b.member, silos.call('strike')));
      expect(attempts, `after ${pauseMs} ms`).to.equal(before + 1);
      await silos.clock.advance(pauseMs - 1);
      const error = await failure(a.pool.invoke(b.member, silos.call('strike')));
      expect(error).to.be.instanceOf(SiloUnavailableError);
      expect(error.cause).to.be.instanceOf(SiloUnavailableError);
      expect(attempts).to.equal(before + 1);
      await silos.clock.advance(1);
    }
  });

  it('open within a bounded time, whatever the network does', async () => {
    const { silos, a, b } = await LinkedSilos.pair({ through: (network) => ({ ...bound(network), connect: () => new Promise(() => undefined) }) });
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('strike', [], { timeoutMs: 60_000 })));
    await silos.clock.advance('5s');
    expect(call.error).to.be.instanceOf(SiloUnavailableError);
  });

  it('that break fail what was sent with outcome unknown, what was not with surely not', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('warm'));
    b.onInvoke = () => new Promise(() => undefined);
    const sent = outcomeOf(a.pool.invoke(b.member, silos.call('sent')));
    await silos.settle();
    const unsent = outcomeOf(a.pool.invoke(b.member, silos.call('unsent')));
    a.pool.drop('b1', 'declared dead');
    await silos.settle();
    expect(sent.error).to.be.instanceOf(LinkLostError).and.to.have.property('retryable', false);
    expect(sent.error!.message).to.contain('declared dead');
    expect(unsent.error).to.be.instanceOf(SiloUnavailableError).and.to.have.property('retryable', true);
    expect(b.seen.map(({ method }) => method)).to.deep.equal(['warm', 'sent']);
  });

  it('count a large call as sent only when its last chunk is', async () => {
    const { silos, a, b } = await LinkedSilos.pair({ limits: { windowBytes: 100_000 } });
    await a.pool.invoke(b.member, silos.call('warm'));
    silos.wire.freeze('b');
    const large = outcomeOf(a.pool.invoke(b.member, silos.call('large', ['x'.repeat(1_000_000)])));
    const small = outcomeOf(a.pool.invoke(b.member, silos.call('small')));
    await silos.clock.advance('1100ms');
    expect(large.error).to.be.instanceOf(SiloUnavailableError);
    expect(small.error).to.be.instanceOf(LinkLostError);
  });

  it('open again at the next call after a break', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('warm'));
    silos.wire.drop('a', 'b');
    await silos.settle();
    expect(silos.wire.connections.size).to.equal(0);
    expect(await a.pool.invoke(b.member, silos.call('strike', [1]))).to.deep.equal([1]);
  });

  it('number names anew on each connection', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    for (let round = 0; round < 3; round++) {
      await a.pool.invoke(b.member, silos.call(`other${round}`));
      await a.pool.invoke(b.member, silos.call('strike'));
      silos.wire.drop('a', 'b');
      await silos.settle();
    }
    expect(b.seen.map(({ method }) => method)).to.deep.equal(['other0', 'strike', 'other1', 'strike', 'other2', 'strike']);
  });

  it('are never opened to, nor accepted from, a silo that was declared dead', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('warm'));
    a.pool.drop('b1', 'declared dead');
    await silos.settle();
    expect(silos.wire.connections.size).to.equal(0);
    expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(SiloUnavailableError);
    const back = outcomeOf(b.pool.invoke(a.member, silos.call('back', [], { timeoutMs: 100 })));
    await silos.clock.advance(150);
    expect(back.error).to.satisfy((error: unknown) => error instanceof LinkLostError || error instanceof SiloUnavailableError || error instanceof CallTimeoutError);
    expect(a.seen).to.be.empty;
    const next = await silos.start('b', 'b2').catch(() => undefined);
    if (next) expect(await a.pool.invoke(next.member, silos.call('strike', [2]))).to.deep.equal([2]);
  });

  it('end with the pool: what waits fails, answers that are written leave, nothing is accepted', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('warm'));
    b.onInvoke = ({ method }) => (method === 'answered' ? 'yes' : new Promise(() => undefined));
    const waits = outcomeOf(a.pool.invoke(b.member, silos.call('waits')));
    await silos.settle();
    const answered = outcomeOf(a.pool.invoke(b.member, silos.call('answered')));
    await silos.settle();
    const closed = outcomeOf(b.pool.close());
    await silos.clock.advance('1100ms');
    expect(closed.state).to.equal('resolved');
    await b.pool.close();
    expect(answered.value).to.equal('yes');
    expect(waits.error).to.be.instanceOf(LinkLostError);
    expect(await failure(b.pool.invoke(a.member, silos.call('back')))).to.be.instanceOf(SiloUnavailableError);
    expect(await failure(a.pool.invoke(b.member, silos.call('strike')))).to.be.instanceOf(SiloUnavailableError);
  });
});

/** The same network, as an object whose members can be replaced. */
function bound(network: FrameNetwork): FrameNetwork {
  return {
    address: network.address,
    listen: (accept) => network.listen(accept),
    connect: (address, expected) => network.connect(address, expected),
    close: () => network.close(),
  };
}

function countConnects(network: FrameNetwork, count: () => void): FrameNetwork {
  return { ...bound(network), connect: (address, expected) => { count(); return network.connect(address, expected); } };
}
