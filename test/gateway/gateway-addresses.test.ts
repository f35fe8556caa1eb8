import { expect } from 'chai';
import { GatewayMessage } from '../../protocol/client-wire.js';
import type { Member, MemberChange } from '../../protocol/ports/index.js';
import { ClusterGateways, publicAddress } from '../../silo/cluster-gateways.js';
import { gate } from '../support/memory-silo.js';
import { testGateway } from './gateway-fixture.js';

/** Members that come and go as a test says. */
function membership() {
  const listeners: ((change: MemberChange) => void)[] = [];
  const member = (siloId: string, gateway: string | undefined): Member => ({ siloId, incarnation: siloId, address: '', status: 'up', startedAt: 0, labels: {}, types: {}, gateway });
  const members = {
    peers: [] as Member[],
    members: () => Promise.resolve(members.rows),
    rows: [] as Member[],
    onChange: (listener: (change: MemberChange) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
    join: (siloId: string, gateway?: string) => {
      const joined = [member(siloId, gateway)];
      members.peers = [...members.peers, ...joined];
      for (const listener of listeners) listener({ joined, dead: [] });
    },
    die: (siloId: string) => {
      const dead = members.peers.filter((each) => each.siloId === siloId);
      members.peers = members.peers.filter((each) => each.siloId !== siloId);
      for (const listener of listeners) listener({ joined: [], dead });
    },
  };
  return members;
}

describe('the gateways of a cluster', () => {
  it('are told to a client with its welcome, and again whenever they change', async () => {
    const members = membership();
    const gateways = new ClusterGateways(members);
    gateways.own = 'http://127.0.0.1:1';
    const { gateway, join } = await testGateway([], [], {}, { gateways });
    const client = await join();
    expect(client.heard(GatewayMessage.welcome)[0]!.value).to.have.property('gateways').that.deep.equals(['http://127.0.0.1:1']);
    members.join('b', 'http://127.0.0.1:2');
    members.join('without');
    members.die('b');
    await client.until(() => client.heard(GatewayMessage.gateways)[1]);
    expect(client.heard(GatewayMessage.gateways).map(({ value }) => value)).to.deep.equal([['http://127.0.0.1:1', 'http://127.0.0.1:2'], ['http://127.0.0.1:1']]);
    await gateway.stop();
  });

  it("leave out other machines' loopback addresses, which are each client's own", () => {
    const members = membership();
    const gateways = new ClusterGateways(members);
    members.join('b', 'http://127.0.0.1:3000');
    members.join('c', 'https://c.example');
    gateways.own = 'https://a.example';
    expect(gateways.list()).to.deep.equal(['https://a.example', 'https://c.example']);
  });

  it('stay origins of pages when they are gone, also those that were gone before this silo came, up to a bound', async () => {
    const members = membership();
    members.join('old', 'http://127.0.0.1:1');
    members.rows = members.peers.map((each) => ({ ...each, status: 'dead' as const }));
    members.peers = [];
    const gateways = new ClusterGateways(members);
    await gateways.recall();
    members.join('b', 'http://127.0.0.1:2');
    members.die('b');
    members.join('c', 'http://127.0.0.1:3');
    expect(gateways.list()).to.deep.equal(['http://127.0.0.1:3']);
    expect(gateways.origins()).to.deep.equal(['http://127.0.0.1:3', 'http://127.0.0.1:1', 'http://127.0.0.1:2']);
    for (let n = 0; n < 300; n++) {
      members.join(`g${n}`, `http://127.0.0.1:${1000 + n}`);
      members.die(`g${n}`);
    }
    expect(gateways.origins()).to.have.length(257).and.include('http://127.0.0.1:1299').and.not.include('http://127.0.0.1:2');
    gateways.own = 'https://a.example';
    expect(gateways.origins()).to.deep.equal(['https://a.example']);
  });

  it('have the address that is advertised, else that of their port, and none when that is every address of a machine', () => {
    expect(publicAddress('https://eu.example', 'http://0.0.0.0:3000')).to.equal('https://eu.example');
    expect(publicAddress(undefined, 'http://127.0.0.1:3000')).to.equal('http://127.0.0.1:3000');
    expect(publicAddress(undefined, 'http://0.0.0.0:3000')).to.equal(undefined);
    expect(publicAddress(undefined, 'http://[::]:3000')).to.equal(undefined);
  });

  it('admit nobody before their silo has joined', async () => {
    const joined = gate();
    const { gateway, knock } = await testGateway([], [], {}, { ready: joined.opened });
    let isIn = false;
    const knocking = knock({ token: 'p1' }).then((client) => {
      isIn = true;
      return client;
    });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(isIn).to.equal(false);
    joined.open();
    await (await knocking).until(() => isIn || undefined);
    await gateway.stop();
  });
});
