// Who is offered a permit that came back on a silo.
import { expect } from 'chai';
import type { Member } from '../../protocol/ports/index.js';
import { PermitOffers } from '../../silo/services/permit-offers.js';

/** Silos a, b and c ask one that has `free` permits; what each says to an offer is up to the test. */
function scene() {
  const offered: string[] = [];
  const answers: ((took: boolean) => void)[] = [];
  const state = { free: 0, offered, answers };
  const offers = new PermitOffers({
    free: () => state.free,
    peer: (incarnation) => (incarnation === 'dead' ? undefined : { incarnation } as Member),
    offerTo: ({ incarnation }) => new Promise((resolve, reject) => {
      offered.push(incarnation);
      answers.push((took) => (took ? resolve(true) : reject(new Error('it is gone'))));
    }),
  });
  return { ...state, state, offers, ask: (...names: readonly string[]) => names.map((incarnation) => offers.ask({ incarnation })) };
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('the permits of a service', () => {
  it('are there at once for who asks while one is free', () => {
    const { state, ask } = scene();
    state.free = 1;
    expect(ask('a')).to.deep.equal([true]);
    state.free = 0;
    expect(ask('a', 'b')).to.deep.equal([false, false]);
  });

  it('are offered one at a time, in the order of asking, each asked once', async () => {
    const { state, offers, offered, answers, ask } = scene();
    ask('a', 'b', 'a', 'c');
    state.free = 1;
    offers.offer();
    offers.offer();
    expect(offered).to.deep.equal(['a']);
    answers[0]!(true);
    await settled();
    expect(offered).to.deep.equal(['a', 'b']);
  });

  it('go to the next one when the first needs none any more, is dead, or cannot be asked', async () => {
    const { state, offers, offered, answers, ask } = scene();
    ask('dead', 'a', 'b', 'c');
    state.free = 1;
    offers.offer();
    expect(offered).to.deep.equal(['a']);
    answers[0]!(false);
    await settled();
    answers[1]!(true);
    await settled();
    expect(offered).to.deep.equal(['a', 'b', 'c']);
  });

  it('are not offered to more silos than there are permits', () => {
    const { state, offers, offered, ask } = scene();
    ask('a', 'b', 'c');
    state.free = 2;
    offers.offer();
    expect(offered).to.deep.equal(['a', 'b']);
    expect(ask('d'), 'those who were offered one come first').to.deep.equal([false]);
  });
});
