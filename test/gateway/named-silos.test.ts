import { expect } from 'chai';
import { GatewayMessage, MAX_SILO_NUMBER } from '../../protocol/client-wire.js';
import { NamedSilos } from '../../silo/gateway/named-silos.js';
import { testGateway, type RawClient, type TestGateway } from './gateway-fixture.js';
import { Hero, Moved } from './heroes.js';

describe('what a client is told of the silos that answer it', () => {
  let test: TestGateway;
  let client: RawClient;
  /** Where the next call runs. */
  let seat: string | undefined;
  const look = (key: string): Promise<unknown> => client.call('hero', key, null, 'look');
  const headers = (kind: number): unknown[] => client.heard(kind).map(({ header }) => header.slice(1));

  beforeEach(async () => {
    test = await testGateway([Hero], [Moved]);
    seat = undefined;
    test.backend.answer = ({ answered }) => {
      answered!.silo = seat;
      return 'seen';
    };
    client = await test.join('p1');
  });
  afterEach(() => test.gateway.stop());

  it("is nothing for the gateway's own silo", async () => {
    await look('h1');
    seat = test.backend.siloId;
    await look('h2');
    expect(headers(GatewayMessage.result).map((header) => (header as []).length)).to.deep.equal([1, 1]);
    expect(headers(GatewayMessage.silo)).to.deep.equal([]);
  });

  it("is another silo's id once, before the first answer from there, and a number with each", async () => {
    seat = 'far';
    for (const key of ['h1', 'h2', 'h1']) await look(key);
    seat = 'farther';
    await look('h2');
    expect(headers(GatewayMessage.silo)).to.deep.equal([[1, 'far'], [2, 'farther']]);
    expect(headers(GatewayMessage.result).map((header) => (header as unknown[])[1])).to.deep.equal([1, 1, 1, 2]);
    const order = client.messages.map(({ header: [kind] }) => kind);
    expect(order.indexOf(GatewayMessage.silo)).to.be.lessThan(order.indexOf(GatewayMessage.result));
  });

  it('comes with a subscription, and again when that goes on elsewhere; events do not carry it', async () => {
    test.backend.seat = 'far';
    const { id } = await client.subscribe('hero', 'h1', null, 'gw-moved');
    test.backend.emit(new Moved(1));
    test.backend.seat = 'farther';
    test.backend.endActivation();
    await client.until(() => client.heard(GatewayMessage.subscribed)[1]);
    expect(headers(GatewayMessage.subscribed)).to.deep.equal([[id, 1, 0, 1], [id, 2, 0, 2]]);
    expect(headers(GatewayMessage.silo)).to.deep.equal([[1, 'far'], [2, 'farther']]);
    expect(client.heard(GatewayMessage.event)[0]!.header).to.have.length(6);
  });

  it('stays bounded: the silo that was named longest ago gives up its number', () => {
    const named: unknown[] = [];
    const silos = new NamedSilos('own', (header) => named.push(header.slice(1)));
    for (let n = 1; n <= MAX_SILO_NUMBER; n++) expect(silos.from([], `s${n}`)).to.deep.equal([n]);
    expect(silos.from([], 's1')).to.deep.equal([1]);
    named.splice(0);
    expect(silos.from([], 'new')).to.deep.equal([2]);
    expect(silos.from([], 's1')).to.deep.equal([1]);
    expect(silos.from([], 's2')).to.deep.equal([3]);
    expect(named).to.deep.equal([[2, 'new'], [3, 's2']]);
  });
});
