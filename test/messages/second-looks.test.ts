// Messages that meet what nearly never happens: a commit that is split for a duplicate, an owner that was replaced and goes on, a store whose
// answer comes late, a letter that fails anew.
import { expect } from 'chai';
import { SiloUnavailableError } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Counter, Part, seen } from './kept-counter.js';
import { TailSilo } from './tail-silo.js';
import { world as steps } from './tail-steps.js';

describe('a step that keeps its turn', () => {
  it('is kept for the next activation also where its commit was split for a duplicate of another', async () => {
    seen.reset();
    const clock = new VirtualClock();
    const silo = memorySilo([Counter], { clock, random: () => 0.5 });
    const ID = { type: 'kept-counter', key: 'c' };
    const counter = silo.actor(Counter, 'c');
    const activation = () => silo.runtime.catalog.get(ID)!;
    const mark = { sender: 'm>kept-counter/c', low: 1, ids: [1] };
    await clock.until(counter.add('first'));
    await clock.until(activation().commits.bury({ mark }, []));
    const [slow, isCommitting, stuck] = [gate(), gate(), gate()];
    const commit = silo.store.commit.bind(silo.store);
    let isSlow = true;
    silo.store.commit = async (request) => {
      if (isSlow) {
        isSlow = false;
        isCommitting.open();
        await slow.opened;
      }
      return commit(request);
    };
    seen.during = (run) => (run === 'step 0' && seen.order.filter((each) => each === run).length === 1 ? stuck.opened : undefined);
    // One commit is under way; the duplicate and the hand-over wait for it and go together.
    const part = (counter.getComponent(Part)).add('y');
    await isCommitting.opened;
    const duplicate = failure(activation().commits.bury({ mark }, []));
    const chain = counter.count(1);
    await clock.advance(1);
    slow.open();
    await clock.until(Promise.all([part, duplicate]));
    await clock.advance(10);
    activation().lose('the test says so');
    expect(await clock.until(chain)).to.equal(3);
    expect(seen.order.filter((each) => each.startsWith('step'))).to.deep.equal(['step 1', 'step 0', 'step 0']);
    await clock.until(silo.runtime.stop(), '1s');
  });
});

describe('a dead letter of a chain', () => {
  const tails = new TailSilo();
  it('that is sent anew and throws is one again: nobody else hears of it', async () => {
    steps.during = (run) => {
      if (run === 'b2') throw new SiloUnavailableError('somebody is away');
    };
    await failure(tails.answered(tails.step('a').walk('bc')));
    await tails.clock.advance(1000);
    const letters = tails.silo.runtime.messages.letters;
    steps.during = (run) => {
      if (run === 'b2') throw new RangeError('no way on');
    };
    await letters.retry((await letters.list()).letters[0]!.id);
    await tails.clock.advance('10s');
    expect((await letters.list()).letters.map(({ error }) => error.name)).to.deep.equal(['RangeError']);
  });
});
