import { expect } from 'chai';
import { HandlingTurns } from '../../events/handling-turns.js';
import { FakeClock } from '../state/fake-clock.js';

describe('HandlingTurns', () => {
  const asking = () => {
    const clock = new FakeClock();
    const turns = new HandlingTurns(clock);
    const inside: string[] = [];
    const leave = new Map<string, () => void>();
    const ask = (name: string): void => void turns.enter().then((end) => {
      inside.push(name);
      leave.set(name, end);
    });
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return { clock, inside, leave, ask, settled };
  };

  it('lets three in at once, and the others in the order in which they asked', async () => {
    const { inside, leave, ask, settled } = asking();
    for (const name of 'abcde') ask(name);
    await settled();
    expect(inside.join('')).to.equal('abc');
    leave.get('b')!();
    await settled();
    expect(inside.join('')).to.equal('abcd');
    leave.get('a')!();
    await settled();
    expect(inside.join('')).to.equal('abcde');
  });

  it('counts nobody twice who leaves twice', async () => {
    const { clock, inside, leave, ask, settled } = asking();
    for (const name of 'abcde') ask(name);
    await settled();
    leave.get('a')!();
    leave.get('a')!();
    clock.advance(0);
    await settled();
    expect(inside.join('')).to.equal('abcd');
  });

  it('does not count who takes long, nor when he leaves after all', async () => {
    const { clock, inside, leave, ask, settled } = asking();
    for (const name of 'abcdefgh') ask(name);
    await settled();
    clock.advance(59);
    await settled();
    expect(inside.join('')).to.equal('abc');
    clock.advance(1);
    await settled();
    expect(inside.join('')).to.equal('abcdef');
    for (const name of 'abc') leave.get(name)!();
    await settled();
    expect(inside.join('')).to.equal('abcdef');
    leave.get('d')!();
    await settled();
    expect(inside.join('')).to.equal('abcdefg');
    expect(clock.armed).to.equal(3);
  });
});
