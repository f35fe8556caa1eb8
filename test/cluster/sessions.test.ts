import { expect } from 'chai';
import { Actor, ActorEvent, Public, State, type ActorContext, type ConnectedClient } from '../../sdk/index.js';
import type { Client } from '../../sdk/client/client.js';
import { failure, gate } from '../support/memory-silo.js';
import { LinkedCluster } from './linked-cluster.js';

let log: string[] = [];
let hold: ReturnType<typeof gate> | undefined;
let entered = gate();
let endsAtHello = 0;

@ActorEvent('far-hello')
class Hello {
  constructor(public readonly to: string, public readonly visits: number) {}
}

@Actor({ name: 'host', idleAfter: '5s' })
class Host {
  @State() visits = 0;
  constructor(private readonly ctx: ActorContext<Host>) {}
  onActivate(): void {
    log.push('awake');
  }
  async onConnect(client: ConnectedClient): Promise<void> {
    log.push('hello');
    entered.open();
    await hold?.opened;
    client.send(new Hello(client.identity.id, ++this.visits));
    if (endsAtHello-- > 0) await this.ctx.deactivate();
  }
  onDisconnect(_client: ConnectedClient, reason: string): void {
    log.push(`bye ${reason}`);
  }
  who(): string[] {
    return this.ctx.clients.map(({ id }) => id).sort();
  }
  kickAll(): void {
    for (const client of this.ctx.clients) client.kick('as asked');
  }
  @Public() sendAll(): number {
    for (const client of this.ctx.clients) client.send(new Hello('all', 0));
    return this.ctx.clients.length;
  }
}

async function cluster(count: number): Promise<LinkedCluster> {
  return LinkedCluster.of(count, [Host], { session: 'host' });
}

function hellos(client: Client): Hello[] {
  const heard: Hello[] = [];
  client.on<Hello>('far-hello', (event) => heard.push(event));
  return heard;
}

describe('clients of session actors on other silos', () => {
  beforeEach(() => {
    log = [];
    hold = undefined;
    entered = gate();
    endsAtHello = 0;
  });

  it('are greeted there, hear what they are sent, and are taken leave of', async () => {
    const c = await cluster(2);
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
    await c.phase('it hears of the end', () => log.includes('bye left'));
    expect(log).to.deep.equal(['awake', 'hello', 'bye left']);
    expect(await s1!.actor(Host, 'ann').who()).to.deep.equal([]);
    await c.stop();
  });

  it('are kicked from there', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await c.silos[1]!.actor(Host, 'ann').kickAll();
    await c.phase('it is closed', () => client.state === 'closed');
    expect(errors[0]).to.have.property('message', 'kicked: as asked');
    await c.phase('it hears of the end', () => log.includes('bye kicked'));
    await c.stop();
  });

  it('keep their actor awake there, and let it sleep when they have left', async () => {
    const c = await cluster(2);
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
    const c = await cluster(3);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    c.choose = () => 's2';
    c.wire.cut('s0', 's1');
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.until(c.silos[2]!.actor(Host, 'ann').who());
    c.wire.heal();
    await c.phase('the next activation has met it', () => log.length === 4);
    expect(log).to.deep.equal(['awake', 'hello', 'awake', 'hello']);
    expect(c.silos[2]!.activations()).to.deep.equal(['host/ann']);
    expect(await c.silos[2]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    expect(client.state).to.equal('connected');
    await c.stop();
  });

  it('meet the next activation when the first ends before its answer is here', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    endsAtHello = 3;
    const client = await c.silos[0]!.join('ann');
    await c.phase('four have met it', () => log.length === 8);
    await c.clock.advance('5s');
    expect(log).to.deep.equal(Array.from({ length: 4 }, () => ['awake', 'hello']).flat());
    expect(await c.until(c.silos[0]!.actor(Host, 'ann').who())).to.deep.equal([client.id]);
    await c.stop();
  });

  it('meet their actor where it comes back when its silo dies, and it goes on with its state', async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const heard = hellos(client);
    c.choose = () => 's2';
    c.kill(c.silos[1]!);
    const sinceMs = c.clock.monotonicMs();
    await c.phase('the next activation has met it', () => heard.length === 2);
    expect(c.clock.monotonicMs() - sinceMs).to.be.within(1500, 3000);
    expect(heard.map(({ visits }) => visits)).to.deep.equal([1, 2]);
    expect(log).to.deep.equal(['awake', 'hello', 'awake', 'hello']);
    expect(await c.silos[2]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    expect(client.state).to.equal('connected');
    await c.stop();
  });

  it("are 'lost' to it when their gateway's silo dies, once", async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    await c.silos[0]!.join('ann');
    const other = await c.silos[2]!.join('ann');
    c.kill(c.silos[0]!);
    await c.phase('it hears of the end', () => log.includes('bye lost'));
    await c.clock.advance('10s');
    expect(log).to.deep.equal(['awake', 'hello', 'hello', 'bye lost']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([other.id]);
    await other.close();
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it("are 'lost' to it, once, when it has moved before the death of their gateway is known", async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    await c.silos[0]!.join('ann');
    c.choose = () => 's2';
    c.kill(c.silos[0]!);
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.until(c.silos[2]!.actor(Host, 'ann').who());
    await c.phase('it hears of the end', () => log.includes('bye lost'));
    await c.clock.advance('10s');
    expect(log).to.deep.equal(['awake', 'hello', 'awake', 'bye lost']);
    await c.stop();
  });

  it('hear hello before goodbye when they leave while they are greeted', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    hold = gate();
    const { client, started } = c.silos[0]!.knock('ann');
    const refused = failure(started);
    await c.until(entered.opened);
    await client.close();
    await refused;
    await c.clock.advance(100);
    hold.open();
    await c.phase('it hears of the end', () => log.length === 3);
    expect(log).to.deep.equal(['awake', 'hello', 'bye left']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([]);
    await c.stop();
  });

  it('are met once though the link breaks while they are greeted', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    hold = gate();
    const { client, started } = c.silos[0]!.knock('ann');
    await c.until(entered.opened);
    c.wire.drop('s0', 's1');
    await c.clock.advance('1s');
    hold.open();
    await c.until(started);
    expect(log).to.deep.equal(['awake', 'hello']);
    expect(await c.silos[1]!.actor(Host, 'ann').who()).to.deep.equal([client.id]);
    await c.stop();
  });

  it('hear of an end that the link lost when it comes again', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    c.wire.cut('s0', 's1');
    await c.until(c.silos[1]!.actor(Host, 'ann').manage.deactivate());
    await c.clock.advance('3s');
    expect(log).to.deep.equal(['awake', 'hello']);
    c.wire.heal();
    await c.phase('the next activation has met it', () => log.length === 4);
    expect(await c.until(c.silos[1]!.actor(Host, 'ann').who())).to.deep.equal([client.id]);
    await c.stop();
  });

  it('see each other over their gateways', async () => {
    const c = await cluster(3);
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
