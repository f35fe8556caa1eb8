import { expect } from 'chai';
import { ClientMessage, encodeMessage, GatewayMessage, joinMessages } from '../../protocol/client-wire.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { gate } from '../support/memory-silo.js';
import { Arena, Hero, Moved } from './heroes.js';

describe('limits of one client', () => {
  const opened: TestGateway[] = [];
  const open = async (limits: object = {}): Promise<TestGateway> => {
    const gateway = await testGateway([Hero, Arena], [Moved], { session: 'hero', limits });
    opened.push(gateway);
    return gateway;
  };
  const codes = (client: RawClient): unknown[] => client.messages.filter(({ header }) => header[0] === GatewayMessage.failure).map(({ payload }) => client.errorOf(payload)['code']);
  afterEach(async () => {
    for (const { gateway } of opened.splice(0)) await gateway.stop();
  });

  it('let 400 calls through at once and 200 a second after that, and the others be refused before the silo', async () => {
    const { join, backend, clock, codec } = await open({ inFlight: 10_000 });
    const client = await join();
    const noArguments = codec.encode([], 'args');
    const burst = (from: number, count: number): Uint8Array =>
      joinMessages(Array.from({ length: count }, (_, index) => encodeMessage([ClientMessage.call, from + index, 'hero', 'p1', null, 'greet', 1000, null], noArguments)));
    client.frame(burst(0, 1000));
    await clock.advance(1);
    expect(backend.envelopes).to.have.length(400);
    expect(codes(client)).to.deep.equal(Array<string>(600).fill('ERR_RATE_LIMITED'));
    await clock.advance('1s');
    client.frame(burst(1000, 300));
    await clock.advance(1);
    expect(backend.envelopes.length).to.equal(600);
  });

  it('hold for one client, not for its neighbour', async () => {
    const { join } = await open({ callsPerSecond: 1, burst: 1 });
    const [first, second] = [await join('p1'), await join('p2')];
    expect(await first.call('hero', 'p1', null, 'greet')).to.have.property('value');
    expect((await first.call('hero', 'p1', null, 'greet')).error).to.have.property('code', 'ERR_RATE_LIMITED');
    expect(await second.call('hero', 'p1', null, 'greet')).to.have.property('value');
  });

  it('let 100 calls wait, and free the place of each that ends', async () => {
    const { join, backend } = await open();
    const client = await join();
    const end = gate();
    backend.answer = () => end.opened;
    const calls = Array.from({ length: 100 }, () => client.call('hero', 'p1', null, 'greet'));
    expect((await client.call('hero', 'p1', null, 'greet')).error).to.have.property('code', 'ERR_RATE_LIMITED');
    end.open();
    for (const call of calls) expect(await call).to.have.property('value');
    expect(await client.call('hero', 'p1', null, 'greet')).to.have.property('value');
  });

  it('bound size, depth and nodes of arguments, each with its error, before anything is built', async () => {
    const { join, backend } = await open();
    const client = await join();
    let deep: unknown = 1;
    for (let depth = 0; depth < 40; depth++) deep = [deep];
    for (const value of ['x'.repeat(70_000), deep, Array(10_001).fill(1)]) {
      expect((await client.call('hero', 'p1', null, 'echo', [value])).error).to.have.property('code', 'ERR_PAYLOAD_TOO_LARGE');
    }
    expect(backend.envelopes).to.deep.equal([]);
    expect(await client.call('hero', 'p1', null, 'echo', ['x'.repeat(60_000)])).to.have.property('value');
  });

  it('refuse dangerous keys and handles that no schema asked for', async () => {
    const { join, backend, codec } = await open();
    const client = await join();
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      // As bytes: the codec itself would not write such a map.
      const name = new TextEncoder().encode(key);
      const payload = Uint8Array.from([0x91, 0x81, 0xa0 + name.length, ...name, 1]);
      const id = 1000 + key.length;
      client.frame(encodeMessage([ClientMessage.call, id, 'hero', 'p1', null, 'echo', 1000, null], payload));
      expect((await client.outcome(id)).error).to.have.property('code', 'ERR_INVALID_ARGUMENT');
    }
    expect((await client.call('hero', 'p1', null, 'echo', [{ handleOf: { type: 'hero', key: 'p2' } }])).error).to.have.property('code', 'ERR_INVALID_ARGUMENT');
    expect(codec.decode(codec.encode({ handleOf: { type: 'hero', key: 'p2' } }, 'x'))).to.have.property('handleOf');
    expect(backend.envelopes).to.deep.equal([]);
  });

  it('end the connection of a client that floods, whatever with', async () => {
    const { join } = await open();
    const client = await join();
    const cancel = encodeMessage([ClientMessage.cancel, 1]);
    client.frame(joinMessages(Array<Uint8Array>(100_000).fill(cancel)));
    await client.until(() => client.closed);
    expect(client.closed).to.deep.equal({ reason: 'lost', message: 'too many messages' });
    const closing = client.messages.find(({ header }) => header[0] === GatewayMessage.closing)!;
    expect(client.errorOf(closing.payload)).to.have.property('code', 'ERR_RATE_LIMITED');
  });

  it('end the connection of a client that reads nothing', async () => {
    const { join, clock } = await open();
    const client = await join();
    client.bufferedBytes = 20_000_000;
    void client.call('hero', 'p1', null, 'greet');
    await clock.advance(1);
    expect(client.closed).to.deep.equal({ reason: 'lost', message: 'nothing is read' });
  });

  it('end the connection of a client that speaks before it was welcomed', async () => {
    const { knock, backend } = await open();
    const accepted = gate();
    backend.onConnected = () => accepted.opened;
    const client = await knock({ token: 'p1' });
    client.say([ClientMessage.call, 1, 'hero', 'p1', null, 'greet', 1000, null], []);
    expect(client.closed).to.have.property('reason', 'lost');
    expect(backend.envelopes).to.deep.equal([]);
    accepted.open();
  });
});
