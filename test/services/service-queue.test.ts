import { expect } from 'chai';
import type { Envelope } from '../../protocol/envelope.js';
import { ServiceQueue } from '../../silo/services/service-queue.js';
import { CallChain } from '../../silo/turns/call-chain.js';
import { PendingCall } from '../../silo/turns/pending-call.js';
import { SYSTEM_TURN } from '../../silo/turns/turn-mode.js';
import { failure } from '../support/memory-silo.js';

function call(method: string): PendingCall {
  const envelope: Envelope = { kind: 'call', target: { type: 'odd', key: '' }, method, args: [], deadlineMs: Infinity, timeoutMs: 1000, hops: 0 };
  return new PendingCall(envelope, new CallChain(), SYSTEM_TURN);
}

function queue(): ServiceQueue {
  return new ServiceQueue({ name: 'odd', clock: { now: () => 1 }, holders: () => new Set(), hasOthers: () => true });
}

function drain(line: ServiceQueue): readonly string[] {
  const names: string[] = [];
  for (let next = line.take(); next; next = line.take()) names.push(next.envelope.method);
  return names;
}

describe('the line of a service', () => {
  it('gives its calls out in the order of their coming; those that were sent back stand where they stood', () => {
    const line = queue();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(call) as [PendingCall, PendingCall, PendingCall, PendingCall];
    for (const each of [a, b, c, d]) line.add(each);
    expect([line.take(), line.take(), line.take()]).to.deep.equal([a, b, c]);
    for (const each of [b, c, a]) line.add(each);
    line.add(call('e'));
    expect(line.count).to.equal(5);
    expect(drain(line)).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(line.count).to.equal(0);
  });

  it('lets those go whose callers gave up, in the middle and by the hundred', async () => {
    const line = queue();
    const calls = Array.from({ length: 300 }, (_, n) => call(`c${n}`));
    for (const each of calls) line.add(each);
    const gone = calls.filter((_, n) => n % 3 !== 0);
    for (const each of gone) each.cancel();
    await Promise.all(gone.map(({ promise }) => failure(promise)));
    expect(line.count).to.equal(100);
    expect(drain(line)).to.deep.equal(calls.filter((_, n) => n % 3 === 0).map(({ envelope }) => envelope.method));
  });

  it('tells the chain of each how long it waits', () => {
    const line = queue();
    const one = call('one');
    line.add(one);
    expect([...one.chain.waiting!]).to.deep.equal([one]);
    line.take();
    expect([...one.chain.waiting!]).to.deep.equal([]);
  });
});
