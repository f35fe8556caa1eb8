import { expect } from 'chai';
import { Pauses } from '../../silo/pauses.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';

describe('pauses', () => {
  it('last as long as they should, or until all end', async () => {
    const clock = new VirtualClock();
    const pauses = new Pauses(clock);
    const over: string[] = [];
    for (const [name, ms] of [['short', 100], ['long', 10_000]] as const) void pauses.pause(ms).then(() => over.push(name));
    await clock.advance(100);
    expect(over).to.deep.equal(['short']);
    pauses.end();
    await Promise.resolve();
    expect(over).to.deep.equal(['short', 'long']);
    void pauses.pause(100).then(() => over.push('after'));
    await clock.advance(50);
    expect(over).to.have.length(2);
    await clock.advance(50);
    expect(over).to.have.length(3);
  });
});
