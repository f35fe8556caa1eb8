import { expect } from 'chai';
import { ClientMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { gate } from '../support/memory-silo.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Hero, Hidden, Judged, Moved, Whispered } from './heroes.js';

describe('live subscriptions of a client', () => {
  const opened: TestGateway[] = [];
  const open = async (options: object = {}): Promise<TestGateway> => {
    const gateway = await testGateway([Hero], [Moved, Whispered, Judged, Hidden], { session: 'hero', ...options });
    opened.push(gateway);
    return gateway;
  };
  /** Epoch and number of the events (`e`) and positions (`s`) of a subscription, in order of arrival. */
  const course = (client: RawClient, id: number): string[] =>
    client.messages.filter(({ header: [kind, of] }) => of === id && (kind === GatewayMessage.event || kind === GatewayMessage.subscribed))
      .map(({ header: [kind, , epoch, number] }) => `${kind === GatewayMessage.event ? 'e' : 's'}${epoch as number}.${number as number}`);
  afterEach(async () => {
    for (const { gateway } of opened.splice(0)) await gateway.stop();
  });

  it('start with their position and go on number by number, with class and origin', async () => {
    const { join, backend, clock } = await open();
    backend.number = 41;
    const client = await join();
    const { id, value } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    expect(value).to.deep.equal([1, 41]);
    backend.emit(new Moved(1));
    backend.emit(new Moved(2));
    await clock.advance(1);
    expect(course(client, id)).to.deep.equal(['s1.41', 'e1.42', 'e1.43']);
    const [event] = client.heard(GatewayMessage.event);
    expect(event!.value).to.be.instanceOf(Moved).and.deep.equal(new Moved(1));
    expect(event!.header.slice(4)).to.deep.equal(['gw-moved', { type: 'hero', key: 'h1', id: 'e42', seq: 42, at: 0 }]);
  });

  it('announce their position before an event that came while they were made', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const subscribed = client.subscribe('hero', 'h1', null, 'gw-moved');
    // The backend has its listener at once; the gateway hears of that later.
    expect(backend.live.size).to.equal(0);
    while (backend.live.size === 0) await Promise.resolve();
    const before = backend.number;
    backend.emit(new Moved(1));
    const { id } = await subscribed;
    await clock.advance(1);
    expect(course(client, id)).to.deep.equal([`s1.${before}`, 'e1.1']);
  });

  it('are for whom the event class says', async () => {
    const { join } = await open();
    const client = await join('p1');
    const judge = await join('p2:judge');
    expect(await client.subscribe('hero', 'p2', null, 'gw-moved')).to.have.property('value');
    expect(await client.subscribe('hero', 'p1', null, 'gw-whispered')).to.have.property('value');
    expect((await client.subscribe('hero', 'p2', null, 'gw-whispered')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect((await client.subscribe('hero', 'p1', null, 'gw-judged')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect(await judge.subscribe('hero', 'p1', null, 'gw-judged')).to.have.property('value');
    expect((await client.subscribe('hero', 'p1', null, 'gw-hidden')).error).to.have.property('code', 'ERR_NOT_PUBLIC');
    expect((await client.subscribe('hero', 'p1', null, 'gw-unheard-of')).error).to.have.property('code', 'ERR_UNKNOWN_METHOD');
  });

  it('ask authorize with the event', async () => {
    const asked: unknown[] = [];
    const { join, backend } = await open({ authorize: (_identity: object, request: object) => (asked.push(request), false) });
    const client = await join();
    expect((await client.subscribe('hero', 'h1', 'Health', 'gw-moved')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect(asked).to.deep.equal([{ type: 'hero', key: 'h1', component: 'Health', event: 'gw-moved', args: [] }]);
    expect(backend.live.size).to.equal(0);
  });

  it('are bounded in number, and ending one makes room', async () => {
    const { join } = await open({ limits: { subscriptions: 2 } });
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    await client.subscribe('hero', 'h2', null, 'gw-moved');
    expect((await client.subscribe('hero', 'h3', null, 'gw-moved')).error).to.have.property('code', 'ERR_RATE_LIMITED');
    client.say([ClientMessage.unsubscribe, id]);
    expect(await client.subscribe('hero', 'h3', null, 'gw-moved')).to.have.property('value');
  });

  it('have ids of their own: a second one under an id is refused and leaves the first alone', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    client.say([ClientMessage.subscribe, id, 'hero', 'h2', null, 'gw-moved']);
    backend.emit(new Moved(1));
    await clock.advance(1);
    expect(client.heard(GatewayMessage.failure)).to.have.length(1);
    expect(course(client, id)).to.deep.equal(['s1.0', 'e1.1']);
    expect([...backend.live].map(({ name }) => name)).to.deep.equal(['hero/h1 gw-moved']);
    client.end('lost');
    expect(backend.live.size).to.equal(0);
  });

  it('end with the connection, also those that were still being made', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const made = gate();
    await client.subscribe('hero', 'h1', null, 'gw-moved');
    backend.onSubscribe = () => made.opened;
    void client.subscribe('hero', 'h2', null, 'gw-moved');
    client.end('lost');
    made.open();
    await clock.advance(1);
    expect(backend.live.size).to.equal(0);
  });

  it('stop a client from getting events that it unsubscribed from', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    client.say([ClientMessage.unsubscribe, id]);
    client.say([ClientMessage.unsubscribe, 12345]);
    backend.emit(new Moved(1));
    await clock.advance(1);
    expect(course(client, id)).to.deep.equal(['s1.0']);
  });

  it('give a client that reads slowly the newest of each key only, in order, once it reads again', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    client.bufferedBytes = 1_000_000;
    for (let step = 1; step <= 9; step++) backend.emit(new Moved(step), step % 3 === 0 ? 'third' : 'other');
    await clock.advance('1s');
    expect(course(client, id)).to.deep.equal(['s1.0']);
    client.bufferedBytes = 0;
    await clock.advance('1s');
    backend.emit(new Moved(10));
    await clock.advance(1);
    expect(course(client, id)).to.deep.equal(['s1.0', 'e1.8', 'e1.9', 'e1.10']);
  });

  it('hold events back also when all of them come in one go', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    client.isReading = false;
    for (let step = 1; step <= 10_000; step++) backend.emit(new Moved(step));
    client.isReading = true;
    client.bufferedBytes = 0;
    await clock.advance('1s');
    const events = course(client, id);
    expect(events.length).to.be.below(5_000);
    expect(events.at(-1)).to.equal('e1.10000');
  });

  it('go on at the next activation, in another epoch', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    backend.emit(new Moved(1));
    backend.endActivation();
    await clock.advance('1s');
    backend.emit(new Moved(2));
    await clock.advance(1);
    expect(course(client, id)).to.deep.equal(['s1.0', 'e1.1', 's2.0', 'e2.1']);
  });

  it('wait for an actor that cannot be activated, and for one that ends at once, without haste', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    let attempts = 0;
    await client.subscribe('hero', 'h1', null, 'gw-moved');
    backend.onSubscribe = () => {
      attempts++;
      throw new Error('no');
    };
    backend.endActivation();
    await clock.advance('10s');
    expect(attempts).to.be.within(15, 25);
    attempts = 0;
    backend.onSubscribe = () => {
      attempts++;
      // Ends before the gateway knows that it has begun, or right after.
      setImmediate(() => backend.endActivation());
    };
    await clock.advance('10s');
    expect(attempts).to.be.within(10, 25);
    client.end('left');
    backend.onSubscribe = () => attempts++;
    attempts = 0;
    await clock.advance('10s');
    expect(attempts).to.be.at.most(1);
  });
});
