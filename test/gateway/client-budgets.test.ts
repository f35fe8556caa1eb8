import { expect } from 'chai';
import { GatewayMessage } from '../../protocol/client-wire.js';
import { ClientBudgets } from '../../silo/gateway/client-budgets.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { testGateway, type TestGateway } from './gateway-fixture.js';
import { Arena, Hero, Moved } from './heroes.js';

const LIMITS = { callsPerSecond: 10, burst: 20 };
/** 20 × 25 messages come back at 10 × 10 a second. */
const FULL_MS = 5000;

describe("clients' budgets", () => {
  it('are kept for who comes back, until they have filled up', async () => {
    const clock = new VirtualClock();
    const budgets = new ClientBudgets(LIMITS, clock);
    const first = budgets.take('a');
    budgets.giveBack('a', first);
    expect(budgets.take('b'), 'of another identity').to.not.equal(first);
    await clock.advance(FULL_MS - 1);
    expect(budgets.take('a')).to.equal(first);
    budgets.giveBack('a', first);
    await clock.advance(FULL_MS);
    expect(budgets.take('a')).to.not.equal(first);
  });

  it('are one for each connection that an identity has at the same time', () => {
    const budgets = new ClientBudgets(LIMITS, new VirtualClock());
    const both = [budgets.take('a'), budgets.take('a')];
    expect(both[0]).to.not.equal(both[1]);
    for (const budget of both) budgets.giveBack('a', budget);
    expect(new Set([budgets.take('a'), budgets.take('a')])).to.deep.equal(new Set(both));
  });

  it('are forgotten with time, whoever leaves', async () => {
    const clock = new VirtualClock();
    const budgets = new ClientBudgets(LIMITS, clock);
    for (let index = 0; index < 100; index++) budgets.giveBack(`client-${index}`, budgets.take(`client-${index}`));
    expect(budgets.size).to.equal(100);
    await clock.advance(FULL_MS);
    budgets.giveBack('last', budgets.take('last'));
    expect(budgets.size).to.equal(1);
  });
});

describe('a client that comes back', () => {
  let opened: TestGateway;
  beforeEach(async () => (opened = await testGateway([Hero, Arena], [Moved], { session: 'hero', limits: { callsPerSecond: 1, burst: 2 } })));
  afterEach(() => opened.gateway.stop());

  it('has no more calls than it had left', async () => {
    const first = await opened.join('p1');
    for (const expected of ['value', 'value', 'error']) expect(await first.call('hero', 'p1', null, 'greet')).to.have.property(expected);
    first.end('left');
    const again = await opened.join('p1');
    expect((await again.call('hero', 'p1', null, 'greet')).error).to.have.property('code', 'ERR_RATE_LIMITED');
    expect(again.heard(GatewayMessage.welcome)).to.have.length(1);
    await opened.clock.advance('1s');
    expect(await again.call('hero', 'p1', null, 'greet')).to.have.property('value');
  });

  it('does not fare worse for another connection of its own', async () => {
    await (await opened.join('p1')).call('hero', 'p1', null, 'greet');
    const second = await opened.join('p1');
    for (const expected of ['value', 'value', 'error']) expect(await second.call('hero', 'p1', null, 'greet')).to.have.property(expected);
  });
});
