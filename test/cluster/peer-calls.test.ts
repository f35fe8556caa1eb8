import { expect } from 'chai';
import type { Envelope } from '../../protocol/envelope.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { Moved } from '../../silo/links/moved.js';
import { ChainTable } from '../../silo/routing/chain-table.js';
import { PeerCalls } from '../../silo/routing/peer-calls.js';
import type { Answer } from '../../silo/turns/answer.js';
import { HeldAnswer } from '../links/link-fixture.js';

const CALL: Envelope = { kind: 'call', target: { type: 'hero', key: 'a' }, method: 'strike', args: [], chain: { id: 'c', lineage: ['c', 'parent'] }, deadlineMs: 1000, timeoutMs: 1000, hops: 1 };
const FROM = { siloId: 's1', incarnation: 's1.1' };

/** What calls meet here, with `deliver` behind it, and what they are told: with how many chains known at that moment. */
function meeting(deliver: (envelope: Envelope) => Answer | Promise<unknown>) {
  const chains = new ChainTable();
  const told: unknown[] = [];
  return {
    chains, told,
    calls: new PeerCalls({ chains, deliver, sendOn: () => Promise.reject(new Error('sent on')), tellMoved: () => undefined }),
    listener: {
      succeeded: (_envelope: Envelope, value: unknown) => void told.push([chains.size, value]),
      failed: (_envelope: Envelope, error: unknown) => void told.push([chains.size, (error as Error).message]),
    },
  };
}

describe('the chain of a call from another silo', () => {
  it('is known by its ids until the call ends, for better or worse', () => {
    for (const end of [(held: HeldAnswer) => held.succeed('done'), (held: HeldAnswer) => held.fail(new Error('done'))]) {
      let held!: HeldAnswer;
      const { calls, chains, told, listener } = meeting((envelope) => (held = new HeldAnswer(envelope)));
      const answer = calls.invoke({ ...CALL }, FROM) as Answer;
      answer.tell(listener);
      expect(chains.size).to.equal(2);
      end(held);
      expect(told).to.deep.equal([[0, 'done']]);
    }
  });

  it('is let go where the answer is a promise', async () => {
    const { calls, chains } = meeting(() => Promise.resolve('done'));
    expect(await (calls.invoke({ ...CALL }, FROM) as Promise<unknown>)).to.equal('done');
    expect(chains.size).to.equal(0);
  });

  it('is let go when the call does not run, which its caller hears as moved', () => {
    const { calls, chains } = meeting(() => { throw new SiloUnavailableError('stopping'); });
    expect(() => calls.invoke({ ...CALL }, FROM)).to.throw().that.is.instanceOf(Moved);
    expect(chains.size).to.equal(0);
  });
});
