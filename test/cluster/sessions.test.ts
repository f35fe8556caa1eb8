import { expect } from 'chai';
import type { Client } from '../../sdk/client/client.js';
import { type Hello, Host, hostCluster, scene } from './host.js';

function hellos(client: Client): Hello[] {
  const heard: Hello[] = [];
  client.on<Hello>('far-hello', (event) => heard.push(event));
  return heard;
}

describe('clients of session actors on other silos', () => {
  beforeEach(() => scene.reset());

  it('are greeted there, hear what they are sent, and are taken leave of', async () => {
    const c = await hostCluster(2);
    const [s0, s1] = c.silos;
    c.choose = () => 's1';
    const client = await s0!.join('ann');
    const heard = hellos(client);
    expect([s0!.activations(), s1!.activations()]).to.deep.equal([[], ['host/ann']]);
    expect(await s1!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    expect(await c.until(client.actor<Host>('host', 'ann').sendAll())).to.equal(1);
    await c.phase('both events are here', () => heard.length === 2);
    expect(heard.map(({ to, visits }) => [to, visits])).to.deep.equal([['ann', 1], ['all', 0]]);
    await client.close();
    await c.phase('it hears of the end', () => scene.log.includes('bye left'));
    expect(scene.log).to.deep.equal(['awake', 'hello', 'bye left']);
    expect(await s1!.actor(Host, 'ann').who()).to.deep.equal([]);
    await c.stop();
  });

  it('are kicked from there', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await c.silos[1]!.actor(Host, 'ann').kickAll();
    await c.phase('it is closed', () => client.state === 'closed');
    expect(errors[0]).to.have.property('message', 'kicked: as asked');
    await c.phase('it hears of the end', () => scene.log.includes('bye kicked'));
    await c.stop();
  });

  it('keep their actor awake there, and let it sleep when they have left', async () => {
    const c = await hostCluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal(['host/ann']);
    await client.close();
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it('meet the next activation when theirs ends, wherever that is', async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    c.choose = () => 's2';
    c.wire.cut('s0', 's1');
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.until(c.silos[2]!.actor(Host, 'ann').who());
    c.wire.heal();
    await c.phase('the next activation has met it', () => scene.log.length === 4);
    expect(scene.log).to.deep.equal(['awake', 'hello', 'awake', 'hello']);
    expect(c.silos[2]!.activations()).to.deep.equal(['host/ann']);
    expect(await c.silos[2]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    expect(client.state).to.equal('connected');
    await c.stop();
  });

  it('meet the next activation at once when the silo of theirs stops in good order', async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    c.choose = (candidates) => candidates.find((id) => id === 's2')!;
    const sinceMs = c.clock.monotonicMs();
    await c.until(c.silos[1]!.runtime.stop());
    await c.phase('the next activation has met it', () => scene.log.length === 4);
    expect(c.clock.monotonicMs() - sinceMs).to.be.below(500);
    expect(await c.silos[2]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    await c.stop();
  });

  it('meet their actor where it comes back when its silo dies, and it goes on with its state', async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const heard = hellos(client);
    c.choose = () => 's2';
    c.kill(c.silos[1]!);
    const sinceMs = c.clock.monotonicMs();
    await c.phase('the next activation has met it', () => heard.length === 2);
    expect(c.clock.monotonicMs() - sinceMs).to.be.within(1500, 3000);
    expect(heard.map(({ visits }) => visits)).to.deep.equal([1, 2]);
    expect(scene.log).to.deep.equal(['awake', 'hello', 'awake', 'hello']);
    expect(await c.silos[2]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    expect(client.state).to.equal('connected');
    await c.stop();
  });

  it("are 'lost' to it when their gateway's silo dies, once", async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    await c.silos[0]!.join('ann');
    const other = await c.silos[2]!.join('ann');
    c.kill(c.silos[0]!);
    await c.phase('it hears of the end', () => scene.log.includes('bye lost'));
    await c.clock.advance('10s');
    expect(scene.log).to.deep.equal(['awake', 'hello', 'hello', 'bye lost']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([other.id]);
    await other.close();
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it("are 'lost' to it, once, when it has moved before the death of their gateway is known", async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    await c.silos[0]!.join('ann');
    c.choose = () => 's2';
    c.kill(c.silos[0]!);
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.until(c.silos[2]!.actor(Host, 'ann').who());
    await c.phase('it hears of the end', () => scene.log.includes('bye lost'));
    await c.clock.advance('10s');
    expect(scene.log).to.deep.equal(['awake', 'hello', 'awake', 'bye lost']);
    await c.stop();
  });

  it('see each other over their gateways', async () => {
    const c = await hostCluster(3);
    c.choose = () => 's1';
    const ann = await c.silos[0]!.join('ann');
    let seen: string[] = [];
    ann.on('presence', (clients) => (seen = clients.map(({ id }) => id).sort()));
    const again = await c.silos[2]!.join('ann');
    let seenThere: string[] = [];
    again.on('presence', (clients) => (seenThere = clients.map(({ id }) => id).sort()));
    const both = [ann.id, again.id].sort();
    await c.phase('both see both', () => seen.join() === both.join() && seenThere.join() === both.join());
    c.kill(c.silos[2]!);
    await c.phase('one sees itself alone', () => seen.join() === ann.id);
    await c.stop();
  });
});
