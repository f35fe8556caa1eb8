// Messages that meet what nearly never happens: a commit that is split for a duplicate, an owner that was replaced and goes on, a store whose
// answer comes late, a letter that fails anew.
import { expect } from 'chai';
import { SiloUnavailableError } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { TailSilo } from './tail-silo.js';
import { world as steps } from './tail-steps.js';

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
