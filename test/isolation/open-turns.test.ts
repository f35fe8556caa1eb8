import { expect } from 'chai';
import fc from 'fast-check';
import { OpenTurns } from '../../isolation/open-turns.js';
import type { Run } from '../../isolation/thread-turns.js';

const run = (number: number): Run => ({ number }) as Run;
const numbersOf = (turns: OpenTurns): readonly number[] => turns.all().map(({ number }) => number);

describe('the open turns of a thread', () => {
  it('know what a table would, in the order in which they began, however many there are and however long some take', () => {
    const step = fc.oneof({ weight: 2, arbitrary: fc.constant('open' as const) }, { weight: 2, arbitrary: fc.nat() });
    fc.assert(fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), (steps) => {
      const turns = new OpenTurns();
      const table = new Map<number, Run>();
      let last = 0;
      for (const each of steps) {
        if (each === 'open') {
          const opened = run(++last);
          turns.add(opened);
          table.set(last, opened);
        } else {
          const number = [...table.keys()][each % (table.size + 1)] ?? last + 1;
          expect(turns.take(number)).to.equal(table.get(number));
          table.delete(number);
        }
        expect(turns.size).to.equal(table.size);
      }
      expect(numbersOf(turns)).to.deep.equal([...table.keys()]);
      for (const [number, opened] of table) expect(turns.get(number)).to.equal(opened);
    }));
  });

  it('find one that has not ended after a hundred thousand later ones, and name it first', () => {
    const turns = new OpenTurns();
    const slow = run(1);
    turns.add(slow);
    for (let number = 2; number < 100_000; number++) {
      turns.add(run(number));
      expect(turns.take(number)?.number).to.equal(number);
    }
    turns.add(run(100_000));
    expect(turns.get(1)).to.equal(slow);
    expect(numbersOf(turns)).to.deep.equal([1, 100_000]);
    expect(turns.take(1)).to.equal(slow);
    expect(turns.take(1)).to.equal(undefined);
    expect(turns.size).to.equal(1);
  });

  it('hold fifty thousand at once', () => {
    const turns = new OpenTurns();
    for (let number = 1; number <= 50_000; number++) turns.add(run(number));
    expect(numbersOf(turns)).to.deep.equal(Array.from({ length: 50_000 }, (_, index) => index + 1));
    for (let number = 50_000; number > 0; number--) expect(turns.take(number)?.number).to.equal(number);
    expect(turns.size).to.equal(0);
  });

  it('know nobody once they are cleared', () => {
    const turns = new OpenTurns();
    for (let number = 1; number <= 20; number++) turns.add(run(number));
    turns.clear();
    expect(turns.size).to.equal(0);
    expect(turns.get(20)).to.equal(undefined);
    expect(numbersOf(turns)).to.deep.equal([]);
  });
});
