import { expect } from 'chai';
import { Actor, ActorEvent, Component, Public, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import type { Client } from '../../sdk/client/client.js';
import { UnknownComponentError } from '../../protocol/errors/index.js';
import { failure } from '../support/memory-silo.js';
import { LinkedCluster } from './linked-cluster.js';

@Public()
@ActorEvent('far-ticked')
class Ticked {
  constructor(public readonly count: number) {}
}

@Component({ isolation: 'inline', name: 'hand' })
class Hand {
  constructor(private readonly ctx: ComponentContext<Hand>) {}
  @Public() async tick(count: number): Promise<void> {
    await this.ctx.emit(new Ticked(count), { live: true });
  }
}

@Actor({ name: 'watch', components: [Hand], idleAfter: '5s' })
class Watch {
  constructor(private readonly ctx: ActorContext<Watch>) {}
  @Public() async tick(from: number, to = from): Promise<void> {
    for (let count = from; count <= to; count++) await this.ctx.emit(new Ticked(count), { live: true });
  }
  look(): string {
    return this.ctx.key;
  }
}

interface Heard {
  readonly counts: number[];
  gaps: number;
  stop(): Promise<void>;
}

const cluster = (count: number): Promise<LinkedCluster> => LinkedCluster.of(count, [Watch]);

async function listen(c: LinkedCluster, client: Client, component?: string): Promise<Heard> {
  const heard: Heard = { counts: [], gaps: 0, stop: () => Promise.resolve() };
  const actor = client.actor<Watch>('watch', 'w');
  const target = component === undefined ? actor : actor.getComponent(component);
  heard.stop = await c.until(target.on<Ticked>('far-ticked', ({ count }) => heard.counts.push(count), { onGap: () => heard.gaps++ }));
  return heard;
}

describe('live subscriptions to actors on other silos', () => {
  it('bring every event in order, of the actor and of its components', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const heard = await listen(c, client);
    const part = await listen(c, client, 'hand');
    await c.silos[1]!.actor(Watch, 'w').tick(1, 50);
    await c.silos[1]!.actor(Watch, 'w').getComponent(Hand).tick(51);
    await c.phase('all are here', () => heard.counts.length === 51 && part.counts.length === 1);
    expect(heard.counts).to.deep.equal(Array.from({ length: 51 }, (_, i) => i + 1));
    expect([part.counts, heard.gaps, part.gaps]).to.deep.equal([[51], 0, 0]);
    expect(c.silos[0]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it('are one for all clients of a gateway: an event goes there once', async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    const heards: Heard[] = [];
    for (let i = 0; i < 10; i++) heards.push(await listen(c, await c.silos[0]!.join(`c${i}`)));
    const far = await listen(c, await c.silos[2]!.join('far'));
    await c.silos[1]!.actor(Watch, 'w').tick(1, 3);
    await c.phase('all have all', () => [...heards, far].every(({ counts }) => counts.length === 3));
    expect(c.silos[0]!.heard.filter((topic) => topic === 'live.event')).to.have.length(3);
    expect(c.silos[2]!.heard.filter((topic) => topic === 'live.event')).to.have.length(3);
    await c.stop();
  });

  it('keep the actor awake until the last listener has gone', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const [ann, bob] = [await c.silos[0]!.join('ann'), await c.silos[0]!.join('bob')];
    const first = await listen(c, ann);
    await listen(c, bob);
    await first.stop();
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal(['watch/w']);
    await bob.close();
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it("end with their gateway's silo: the actor may sleep then", async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    await listen(c, await c.silos[0]!.join('ann'));
    c.kill(c.silos[0]!);
    await c.clock.advance('20s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it('go on at the next activation when theirs ends, after a word of the gap', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const heard = await listen(c, await c.silos[0]!.join('ann'));
    await c.silos[1]!.actor(Watch, 'w').tick(1);
    await c.phase('the first is here', () => heard.counts.length === 1);
    await c.until(c.silos[1]!.actor(Watch, 'w').manage.deactivate());
    await c.phase('it knows', () => heard.gaps === 1);
    await c.silos[1]!.actor(Watch, 'w').tick(2);
    await c.phase('the second is here', () => heard.counts.length === 2);
    expect([heard.counts, heard.gaps]).to.deep.equal([[1, 2], 1]);
    await c.stop();
  });

  it('go on where the actor comes back when its silo dies, after a word of the gap', async () => {
    const c = await cluster(3);
    c.choose = () => 's1';
    const heard = await listen(c, await c.silos[0]!.join('ann'));
    await c.silos[1]!.actor(Watch, 'w').tick(1);
    await c.phase('the first is here', () => heard.counts.length === 1);
    c.choose = () => 's2';
    c.kill(c.silos[1]!);
    await c.phase('it knows', () => heard.gaps === 1);
    expect(c.silos[2]!.activations()).to.deep.equal(['watch/w']);
    await c.until(c.silos[0]!.actor(Watch, 'w').tick(2));
    await c.phase('the second is here', () => heard.counts.length === 2);
    expect([heard.counts, heard.gaps]).to.deep.equal([[1, 2], 1]);
    await c.stop();
  });

  it('tell of a lost last event within 11 seconds, though no other comes', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const heard = await listen(c, await c.silos[0]!.join('ann'));
    await c.silos[1]!.actor(Watch, 'w').tick(1);
    await c.phase('the first is here', () => heard.counts.length === 1);
    // What is written after the break begins is lost with it.
    c.wire.cut('s0', 's1');
    await c.silos[1]!.actor(Watch, 'w').tick(2);
    await c.clock.advance('2s');
    c.wire.heal();
    const sinceMs = c.clock.monotonicMs();
    await c.phase('it knows', () => heard.gaps === 1);
    expect(c.clock.monotonicMs() - sinceMs).to.be.below(11_000);
    expect(heard.counts).to.deep.equal([1]);
    await c.silos[1]!.actor(Watch, 'w').tick(3);
    await c.phase('the third is here', () => heard.counts.length === 2);
    expect([heard.counts, heard.gaps]).to.deep.equal([[1, 3], 1]);
    await c.stop();
  });

  it('that nobody wants any more are found out though the word of it was lost', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    const client = await c.silos[0]!.join('ann');
    const heard = await listen(c, client);
    c.wire.cut('s0', 's1');
    await heard.stop();
    await c.clock.advance('2s');
    c.wire.heal();
    await c.clock.advance('30s');
    expect(c.silos[1]!.activations()).to.deep.equal([]);
    await c.stop();
  });

  it('are refused for a component that the actor has not', async () => {
    const c = await cluster(2);
    c.choose = () => 's1';
    await c.silos[1]!.actor(Watch, 'w').look();
    const refused = c.silos[0]!.runtime.backend.subscribe({ type: 'watch', key: 'w', component: 'foot' }, 'far-ticked', () => undefined, () => undefined);
    expect(await failure(c.until(refused))).to.be.instanceOf(UnknownComponentError);
    await c.stop();
  });
});
