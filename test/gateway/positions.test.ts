import { expect } from 'chai';
import { GatewayMessage } from '../../protocol/client-wire.js';
import { Actor, ActorEvent, Public, type ActorContext } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { gate } from '../support/memory-silo.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Hero, Moved } from './heroes.js';

describe('the position of a live subscription', () => {
  let test: TestGateway;
  let client: RawClient;
  let id: number;
  const positions = (): unknown[] => client.heard(GatewayMessage.subscribed).map(({ header: [, , epoch, number] }) => [epoch, number]);

  beforeEach(async () => {
    test = await testGateway([Hero], [Moved]);
    client = await test.join('p1');
    ({ id } = await client.subscribe('hero', 'h1', null, 'gw-moved'));
  });
  afterEach(() => test.gateway.stop());

  it('is told again within 5 s when the last event did not arrive', async () => {
    test.backend.emit(new Moved(1));
    test.backend.number++;
    await test.clock.advance('4999ms');
    expect(positions()).to.deep.equal([[1, 0]]);
    await test.clock.advance('1ms');
    expect(positions()).to.deep.equal([[1, 0], [1, 2]]);
    await test.clock.advance('1m');
    expect(positions(), 'once is enough').to.have.length(2);
  });

  it('is not told to clients that know it', async () => {
    test.backend.emit(new Moved(1));
    await test.clock.advance('1m');
    test.backend.emit(new Moved(2));
    await test.clock.advance('1m');
    expect(positions()).to.deep.equal([[1, 0]]);
  });

  it('is not told before the events that are held back for a slow client', async () => {
    client.bufferedBytes = 1_000_000;
    test.backend.emit(new Moved(1));
    test.backend.emit(new Moved(2));
    await test.clock.advance('30s');
    expect(positions()).to.deep.equal([[1, 0]]);
    client.bufferedBytes = 0;
    await test.clock.advance('30s');
    expect(client.heard(GatewayMessage.event).map(({ header }) => header[3])).to.deep.equal([2]);
    expect(positions()).to.deep.equal([[1, 0]]);
  });

  it('is not told to who has unsubscribed, nor after the gateway has stopped', async () => {
    client.say([5, id]);
    test.backend.number++;
    await test.clock.advance('10s');
    await test.gateway.stop();
    await test.clock.advance('10s');
    expect(positions()).to.deep.equal([[1, 0]]);
  });
});

@Public()
@ActorEvent('position-told')
class Told {}

/** The phases of a turn that emits before anybody listens and ends after. */
const emitted = gate();
const end = gate();

@Actor({ name: 'teller' })
class Teller {
  constructor(private readonly ctx: ActorContext<Teller>) {}
  async narrate(): Promise<void> {
    await this.ctx.emit(new Told(), { live: true });
    emitted.open();
    await end.opened;
  }
}

describe('a live event that nobody listened to when it was emitted', () => {
  it('is noticed as a gap by who listened when it was committed, though no event follows', async () => {
    await using t = await startTestCluster({ modules: [Teller] });
    const client = await t.client({ id: 'listener' });
    const turn = t.actor(Teller, 't1').narrate();
    await emitted.opened;
    const heard: string[] = [];
    await client.actor('teller', 't1').on(Told, () => heard.push('event'), { onGap: () => heard.push('gap') });
    end.open();
    await turn;
    await t.clock.advance('5s');
    expect(heard).to.deep.equal(['gap']);
    await t.clock.advance('1m');
    expect(heard).to.deep.equal(['gap']);
  });
});
