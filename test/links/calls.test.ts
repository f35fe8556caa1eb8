import { expect } from 'chai';
import type { CallerTurn } from '../../protocol/envelope.js';
import { createCodec } from '../../protocol/codec/index.js';
import { CallTimeoutError, CancelledError, MailboxFullError, NotSerializableError, RemoteError } from '../../protocol/errors/index.js';
import { createHandleFactory, handleReferences } from '../../sdk/handle.js';
import { Moved } from '../../silo/links/moved.js';
import { CallChain } from '../../silo/turns/call-chain.js';
import { failure, gate } from '../support/memory-silo.js';
import { LinkedSilos, outcomeOf } from './link-fixture.js';

describe('calls between silos', () => {
  it('brings a call with all that belongs to it, and its result back', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await silos.clock.advance(500);
    const parent = new CallChain();
    const chain = new CallChain(parent);
    const identity = { id: 'ann', roles: ['admin'], plan: { level: 3 } };
    const entity = { type: 'team', key: 'red', component: 'Roster' };
    const result = await a.pool.invoke(b.member, silos.call('strike', [1, 'é€', { deep: [new Date(5)] }], {
      target: { type: 'hero', key: 'p1', component: 'Sword' }, from: entity, identity, chain, idempotencyKey: 'k1', baggage: { trace: 'x', __proto__x: 'y' }, timeoutMs: 700, hops: 1,
    }));
    expect(result).to.deep.equal([1, 'é€', { deep: [new Date(5)] }]);
    const [envelope] = b.seen;
    expect(envelope).to.deep.include({
      kind: 'call', target: { type: 'hero', key: 'p1', component: 'Sword' }, method: 'strike', from: entity, identity, idempotencyKey: 'k1',
      baggage: { trace: 'x', __proto__x: 'y' }, timeoutMs: 700, deadlineMs: 1200, hops: 2, caller: undefined,
    });
    expect(envelope!.chain).to.deep.equal({ id: chain.id, lineage: [chain.id, parent.id] });
  });

  it('passes a lineage on that came from elsewhere', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('strike', [], { chain: { id: 'c2', lineage: ['c2', 'c1', 'c0'] } }));
    expect(b.seen[0]!.chain).to.deep.equal({ id: 'c2', lineage: ['c2', 'c1', 'c0'] });
  });

  it('names the open turns that wait for the call, also those that wait for their units, once each', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const turn = (key: string, caller?: CallerTurn, isOpen = true, holdsBack?: CallerTurn): CallerTurn => ({ entity: { type: 't', key }, isOpen, caller, holdsBack });
    const root = turn('root');
    const holder = turn('holder', root);
    const caller = turn('near', turn('over', root, false), true, holder);
    await a.pool.invoke(b.member, silos.call('strike', [], { caller, from: caller.entity }));
    const keys: string[] = [];
    for (let stub = b.seen[0]!.caller; stub; stub = stub.caller) {
      expect(stub).to.include({ isOpen: true, holdsBack: undefined });
      keys.push(stub.entity.key);
    }
    expect(keys).to.deep.equal(['near', 'root', 'holder']);
    expect(b.seen[0]!.from).to.deep.equal({ type: 't', key: 'near' });
  });

  it('names at most 32 turns, the nearest', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    let caller: CallerTurn | undefined;
    for (let i = 0; i < 100; i++) caller = { entity: { type: 't', key: String(i) }, isOpen: true, caller, holdsBack: undefined };
    await a.pool.invoke(b.member, silos.call('strike', [], { caller }));
    const keys: string[] = [];
    for (let stub = b.seen[0]!.caller; stub; stub = stub.caller) keys.push(stub.entity.key);
    expect(keys).to.deep.equal(Array.from({ length: 32 }, (_, i) => String(99 - i)));
  });

  it('copies arguments and results: nothing is shared', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const sent = { list: [1] };
    b.onInvoke = ({ args: [value] }) => { (value as typeof sent).list.push(2); return value; };
    const result = await a.pool.invoke(b.member, silos.call('push', [sent]));
    expect(result).to.deep.equal({ list: [1, 2] });
    expect(sent).to.deep.equal({ list: [1] });
  });

  it('keeps what two arguments share', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const shared = { x: 1 };
    await a.pool.invoke(b.member, silos.call('both', [shared, shared]));
    const [first, second] = b.seen[0]!.args;
    expect(first).to.equal(second);
  });

  it('carries handles as references', async () => {
    const factory = createHandleFactory({ call: () => Promise.resolve(), componentName: String });
    const { silos, a, b } = await LinkedSilos.pair({ codec: createCodec({ references: handleReferences(factory) }) });
    await a.pool.invoke(b.member, silos.call('follow', [factory.handle({ type: 'hero', key: 'p2' })]));
    const [handle] = b.seen[0]!.args;
    expect(factory.isHandle(handle)).to.equal(true);
    expect(String(handle)).to.equal('hero/p2');
  });

  it('brings errors back as what they are', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    class Odd extends Error { override name = 'Odd'; }
    const thrown: Record<string, () => never> = {
      full: () => { throw new MailboxFullError('full', { limit: 7 }); },
      range: () => { throw new RangeError('too far', { cause: new TypeError('why') }); },
      odd: () => { throw new Odd('odd'); },
    };
    b.onInvoke = ({ method }) => thrown[method]!();
    const full = await failure(a.pool.invoke(b.member, silos.call('full')));
    expect(full).to.be.instanceOf(MailboxFullError).and.to.include({ message: 'full', limit: 7, retryable: true });
    const range = await failure(a.pool.invoke(b.member, silos.call('range')));
    expect(range).to.be.instanceOf(RangeError);
    expect(range.cause).to.be.instanceOf(TypeError);
    expect(await failure(a.pool.invoke(b.member, silos.call('odd')))).to.be.instanceOf(RemoteError).and.to.include({ remoteName: 'Odd', message: 'odd' });
  });

  it('says who holds an actor that is not there', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = ({ method }) => { throw new Moved(method === 'known' ? { token: 'c1:77', incarnation: 'c1' } : undefined); };
    expect(await failure(a.pool.invoke(b.member, silos.call('known')))).to.be.instanceOf(Moved).and.to.have.deep.property('holder', { token: 'c1:77', incarnation: 'c1' });
    expect(await failure(a.pool.invoke(b.member, silos.call('unknown')))).to.be.instanceOf(Moved).and.to.have.property('holder', undefined);
  });

  it('refuses arguments and results that cannot travel, and keeps working', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    expect(await failure(a.pool.invoke(b.member, silos.call('f', [() => 1])))).to.be.instanceOf(NotSerializableError).and.to.have.property('path', 'args[0]');
    b.onInvoke = () => Symbol('no');
    expect(await failure(a.pool.invoke(b.member, silos.call('f')))).to.be.instanceOf(NotSerializableError).and.to.have.property('path', 'result');
    b.onInvoke = () => 'fine';
    expect(await a.pool.invoke(b.member, silos.call('f'))).to.equal('fine');
  });

  it('takes calls that are made while another one is being written', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await a.pool.invoke(b.member, silos.call('warm'));
    let inner: Promise<unknown> | undefined;
    const trap = { before: [1], get value() { return (inner ??= a.pool.invoke(b.member, silos.call('inner', [{ x: 1 }])), 2); } };
    const shared = { y: 1 };
    expect(await a.pool.invoke(b.member, silos.call('outer', [shared, trap, shared]))).to.deep.equal([{ y: 1 }, { before: [1], value: 2 }, { y: 1 }]);
    expect(await inner).to.deep.equal([{ x: 1 }]);
    const [first, , third] = b.seen[1]!.args;
    expect(first).to.equal(third);
  });

  it('sends one-way calls without waiting for anything', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const hold = gate();
    b.onInvoke = () => hold.opened;
    expect(await a.pool.invoke(b.member, silos.call('strike', [1], { kind: 'oneWay' }))).to.equal(undefined);
    await silos.settle();
    expect(b.seen).to.have.length(1);
    hold.open();
  });

  it('answers control messages', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onControl = (topic, body, from) => ({ topic, body, from: from.incarnation });
    expect(await a.pool.ask(b.member, 'prepare', { n: 1n }, 1000)).to.deep.equal({ topic: 'prepare', body: { n: 1n }, from: 'a1' });
    b.onControl = () => { throw new RangeError('no'); };
    expect(await failure(a.pool.ask(b.member, 'prepare', 1, 1000))).to.be.instanceOf(RangeError);
    b.onControl = () => new Promise(() => undefined);
    const ask = outcomeOf(a.pool.ask(b.member, 'prepare', 1, 1000));
    await silos.clock.advance(1020);
    expect(ask.error).to.be.instanceOf(CallTimeoutError);
    expect(ask.error!.message).to.contain('prepare');
  });
});

describe('the deadline of a call between silos', () => {
  it('passes on the caller\'s side, and the other side is told to stop', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = () => new Promise(() => undefined);
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('strike', [], { timeoutMs: 100 })));
    await silos.clock.advance(99);
    expect(call.state).to.equal('pending');
    expect(b.seen[0]!.signal!.aborted).to.equal(false);
    await silos.clock.advance(21);
    expect(call.error).to.be.instanceOf(CallTimeoutError).and.to.include({ timeoutMs: 100, retryable: false });
    expect(call.error!.message).to.contain('hero/p1.strike');
    expect(b.seen[0]!.signal!.aborted).to.equal(true);
    expect(b.seen[0]!.signal!.reason).to.be.instanceOf(CancelledError);
  });

  it('holds for calls to a silo that is frozen or cut off, also while the link opens', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    silos.wire.cut('a', 'b');
    const early = outcomeOf(a.pool.invoke(b.member, silos.call('strike', [], { timeoutMs: 100 })));
    await silos.clock.advance(120);
    expect(early.error).to.be.instanceOf(CallTimeoutError);
    expect(early.error!.message).to.contain('not sent');
    silos.wire.heal();
    await silos.clock.advance('2s');
    await a.pool.invoke(b.member, silos.call('strike'));
    silos.wire.freeze('b');
    const late = outcomeOf(a.pool.invoke(b.member, silos.call('strike', [], { timeoutMs: 100 })));
    await silos.clock.advance(120);
    expect(late.error).to.be.instanceOf(CallTimeoutError);
  });

  it('that is over before the call is made keeps it from being sent', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    await silos.clock.advance(10);
    expect(await failure(a.pool.invoke(b.member, silos.call('strike', [], { deadlineMs: 10 })))).to.be.instanceOf(CallTimeoutError);
    await silos.settle();
    expect(b.seen).to.be.empty;
  });

  it('leaves an answer that comes later without effect, also on calls made since', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    const answers: ((value: string) => void)[] = [];
    // It does not heed its signal.
    b.onInvoke = () => new Promise((resolve) => answers.push(resolve));
    const first = outcomeOf(a.pool.invoke(b.member, silos.call('one', [], { timeoutMs: 50 })));
    await silos.clock.advance(80);
    expect(first.state).to.equal('rejected');
    const second = outcomeOf(a.pool.invoke(b.member, silos.call('two')));
    await silos.settle();
    answers[0]!('late');
    await silos.settle();
    expect(second.state).to.equal('pending');
    answers[1]!('two');
    await silos.settle();
    expect(second.value).to.equal('two');
  });
});

describe('the signal of a call between silos', () => {
  it('cancels it on both sides', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = ({ signal }) => new Promise((resolve) => signal!.addEventListener('abort', () => resolve('ended'), { once: true }));
    const controller = new AbortController();
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('strike', [], { signal: controller.signal })));
    await silos.settle();
    controller.abort(new Error('enough'));
    await silos.settle();
    expect(call.error).to.be.instanceOf(CancelledError);
    expect(call.error!.cause).to.have.property('message', 'enough');
    expect(b.seen[0]!.signal!.aborted).to.equal(true);
  });

  it('that is aborted before keeps the call from being sent', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    expect(await failure(a.pool.invoke(b.member, silos.call('strike', [], { signal: AbortSignal.abort() })))).to.be.instanceOf(CancelledError);
    await silos.settle();
    expect(b.seen).to.be.empty;
  });

  it('is aborted on the callee\'s side when the link closes', async () => {
    const { silos, a, b } = await LinkedSilos.pair();
    b.onInvoke = () => new Promise(() => undefined);
    const call = outcomeOf(a.pool.invoke(b.member, silos.call('strike')));
    await silos.settle();
    silos.wire.drop('a', 'b');
    await silos.settle();
    expect(b.seen[0]!.signal!.aborted).to.equal(true);
    expect(call.state).to.equal('rejected');
  });
});
