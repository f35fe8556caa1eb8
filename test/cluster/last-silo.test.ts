// Which silo a client believes its actors on, over gateways of silos that those are not on.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Actor, ActorEvent, Public, State, type ActorContext } from '../../sdk/index.js';
import { connect } from '../../sdk/client/index.js';
import { startSilo } from '../../silo/index.js';
import { acquireRedis } from '../support/redis-server.js';
import { LinkedCluster } from './linked-cluster.js';

@Public()
@ActorEvent('beacon-lit')
class Lit {
  constructor(readonly times: number) {}
}

@Actor({ name: 'beacon', placement: 'prefer-local' })
class Beacon {
  @State() times = 0;
  constructor(private readonly ctx: ActorContext<Beacon>) {}
  @Public() async light(): Promise<number> {
    await this.ctx.emit(new Lit(++this.times), { live: true });
    return this.times;
  }
}

describe('client.lastSilo over several silos', () => {
  it("names each actor's own silo, and after a takeover the one that answers", async () => {
    const c = await LinkedCluster.of(3, [Beacon]);
    let seat = 's1';
    c.choose = () => seat;
    const client = await c.silos[0]!.join('ann');
    const [near, far] = [client.actor<Beacon>('beacon', 'near'), client.actor<Beacon>('beacon', 'far')];
    expect(await c.until(far.light())).to.equal(1);
    seat = 's0';
    await c.until(near.light());
    expect([client.lastSilo(near), client.lastSilo(far)]).to.deep.equal(['s0', 's1']);
    seat = 's2';
    c.kill(c.silos[1]!);
    await c.clock.advance('5s'); // Until its links have closed and it is dead.
    expect(await c.until(far.light())).to.equal(2);
    expect([client.lastSilo(near), client.lastSilo(far)]).to.deep.equal(['s0', 's2']);
    await c.stop();
  });

  it('names the silo that events come from, also of an actor that the client never calls', async () => {
    const c = await LinkedCluster.of(3, [Beacon]);
    let seat = 's1';
    c.choose = () => seat;
    const client = await c.silos[0]!.join('ann');
    const far = client.actor<Beacon>('beacon', 'far');
    const heard: unknown[] = [];
    let gaps = 0;
    await c.until(far.on(Lit, ({ times }) => heard.push([times, client.lastSilo(far)]), { onGap: () => gaps++ }));
    expect(client.lastSilo(far)).to.equal(undefined);
    await c.until(c.silos[2]!.actor(Beacon, 'far').light());
    await c.phase('the first event is here', () => heard.length === 1);
    seat = 's2';
    c.kill(c.silos[1]!);
    await c.phase('the subscription goes on', () => gaps === 1);
    await c.until(c.silos[2]!.actor(Beacon, 'far').light());
    await c.phase('the second event is here', () => heard.length === 2);
    expect(heard).to.deep.equal([[1, 's1'], [2, 's2']]);
    await c.stop();
  });

  it('does so over real links, and a real gateway', async () => {
    await using redis = await acquireRedis();
    const options = { cluster: `t-${randomUUID()}`, modules: [Beacon], redis: redis.url, log: 'silent', gateway: { port: 0, authenticate: 'anonymous' } } as const;
    await using a = await startSilo(options);
    const met = new Promise((resolve) => a.on('member-joined', resolve));
    const b = await startSilo(options);
    await met;
    await b.actor(Beacon, 'far').light();
    await using client = await connect(a.gatewayAddress!);
    const [near, far] = [client.actor<Beacon>('beacon', 'near'), client.actor<Beacon>('beacon', 'far')];
    await Promise.all([near.light(), far.light(), far.light()]);
    expect([client.lastSilo(near), client.lastSilo(far)]).to.deep.equal([a.id, b.id]);
    await b.stop({ force: true });
    expect(await far.light()).to.equal(4);
    expect(client.lastSilo(far)).to.equal(a.id);
  });
});
