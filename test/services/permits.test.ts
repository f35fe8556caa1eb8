import { expect } from 'chai';
import fc from 'fast-check';
import { Permits } from '../../silo/services/permits.js';

describe('permits', () => {
  it('are never more than there are, whatever is taken and given back', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 40 }), (limit, steps) => {
      const permits = new Permits(limit);
      let taken = 0;
      for (const takes of steps) {
        if (takes) {
          const got = permits.tryTake();
          expect(got).to.equal(taken < limit);
          if (got) taken++;
        } else if (taken > 0) {
          permits.giveBack();
          taken--;
        }
        expect([permits.taken, permits.free]).to.deep.equal([taken, limit - taken]);
      }
    }));
  });

  it('cannot be given back by somebody who has none', () => {
    const permits = new Permits(2);
    expect(permits.tryTake()).to.equal(true);
    permits.giveBack();
    expect(() => permits.giveBack()).to.throw(RangeError);
    expect(permits.free).to.equal(2);
  });
});
