import { expect } from 'chai';
import { Actor, CallTimeoutError, State, type ActorContext } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

let leaving = gate();
let left = gate();
let added = gate();

@Actor({ name: 'nomad' })
class Nomad {
  @State() count = 0;
  add(): number {
    return ++this.count;
  }
  addAndTell(): void {
    this.count++;
    added.open();
  }
}

@Actor({ name: 'leaver' })
class Leaver {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Leaver>) {}
  async leaveBy(by: string, how: 'deactivate' | 'destroy'): Promise<number> {
    this.count++;
    await this.ctx.actor(Leaver, by).sendAway(this.ctx.key, how);
    return this.count;
  }
  async sendAway(key: string, how: 'deactivate' | 'destroy'): Promise<void> {
    await this.ctx.actor(Leaver, key).manage[how]();
  }
  read(): number {
    return this.count;
  }
}

@Actor({ name: 'slow-leaver' })
class SlowLeaver {
  async onDeactivate(): Promise<void> {
    leaving.open();
    await left.opened;
  }
  greet(): string {
    return 'hello';
  }
}

@Actor({ name: 'never-there' })
class NeverThere {
  constructor(private readonly ctx: ActorContext<NeverThere>) {}
  onActivate(): void {
    void this.ctx.deactivate();
  }
  greet(): string {
    return 'hello';
  }
}

/** A cluster of which the last silo alone hosts actors, and the first one alone asks. */
async function askerAndHost(Class: object): Promise<MemoryCluster> {
  const cluster = new MemoryCluster();
  await cluster.add([]);
  await cluster.add([Class]);
  await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
  return cluster;
}

interface Greeting {
  greet(): Promise<string>;
}

describe('calls of actors that move', () => {
  beforeEach(() => {
    leaving = gate();
    left = gate();
    added = gate();
  });

  it('that wait for no answer find the actor where it is now', async () => {
    const cluster = await MemoryCluster.of(3, [Nomad]);
    const [s0, s1, s2] = cluster.silos;
    await s1!.actor(Nomad, 'a').add();
    await s0!.actor(Nomad, 'a').add();
    await s1!.actor(Nomad, 'a').manage.deactivate();
    await s2!.actor(Nomad, 'a').add();
    s0!.actor(Nomad, 'a').oneWay.addAndTell();
    await cluster.until(added.opened);
    expect(await s2!.actor(Nomad, 'a').add()).to.equal(5);
    expect(cluster.carried.slice(-2)).to.deep.equal(['s0>s1 addAndTell', 's1>s2 addAndTell']);
    await cluster.stop();
  });

  it('that wait for no answer reach it by way of a silo that takes nothing any more', async () => {
    const cluster = await MemoryCluster.of(3, [Nomad]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Nomad, 'a').add();
    await s0!.actor(Nomad, 'a').add();
    cluster.choose = (candidates) => candidates.find((id) => id === 's2')!;
    await s1!.runtime.stop();
    s0!.actor(Nomad, 'a').oneWay.addAndTell();
    await cluster.until(added.opened);
    expect(await cluster.until(s0!.actor(Nomad, 'a').add())).to.equal(4);
    await cluster.stop();
  });

  it('end at their deadline while the store does not say where an actor is', async () => {
    const cluster = await MemoryCluster.of(2, [Nomad]);
    cluster.choose = () => 's1';
    cluster.store.lookup = () => new Promise(() => undefined);
    const sinceMs = cluster.clock.monotonicMs();
    const error = await cluster.until(failure(cluster.silos[0]!.actor(Nomad, 'a').with({ timeout: '1s' }).add()));
    expect(error).to.be.instanceOf(CallTimeoutError);
    expect(cluster.clock.monotonicMs() - sinceMs).to.be.within(1000, 1100);
    await cluster.stop();
  });

  it('are cancelled while the store does not say where an actor is', async () => {
    const cluster = await MemoryCluster.of(2, [Nomad]);
    cluster.choose = () => 's1';
    cluster.store.lookup = () => new Promise(() => undefined);
    const controller = new AbortController();
    const cancelled = failure(cluster.silos[0]!.actor(Nomad, 'a').with({ signal: controller.signal }).add());
    controller.abort(new Error('enough'));
    expect(await cancelled).to.have.property('code', 'ERR_CANCELLED');
    await cluster.stop();
  });

  for (const [what, timeout, ms] of [['in the time that they have', '2s', 2000], ['in thirty seconds', undefined, 30_000]] as const) {
    it(`that manage an actor end ${what} while the store, or the silo that has it, says nothing`, async () => {
      const cluster = await MemoryCluster.of(2, [Nomad]);
      const [s0, s1] = cluster.silos;
      await s1!.actor(Nomad, 'held').add();
      await s1!.runtime.catalog.get({ type: 'nomad', key: 'held' })!.settled();
      const { lookup } = cluster.store;
      cluster.store.lookup = (id) => (id.key === 'held' ? lookup.call(cluster.store, id) : new Promise(() => undefined));
      s1!.runtime.peerControl = () => new Promise(() => undefined);
      const sinceMs = cluster.clock.monotonicMs();
      const asked = ['held', 'unsaid'].flatMap((key) => {
        const { manage } = s0!.actor(Nomad, key).with(timeout === undefined ? {} : { timeout });
        return [manage.activation(), manage.deactivate(), manage.destroy()].map((verb) => failure(verb));
      });
      for (const error of await cluster.until(Promise.all(asked))) expect(error).to.be.instanceOf(CallTimeoutError).and.to.have.property('timeoutMs', ms);
      expect(cluster.clock.monotonicMs() - sinceMs).to.be.within(ms, ms + 20);
      await cluster.stop();
    });
  }

  it('from afar that meet an actor which falls asleep wait for it to wake again, on the only silo that hosts it', async () => {
    const cluster = await askerAndHost(SlowLeaver);
    const [s0, s1] = cluster.silos;
    await s1!.actor(SlowLeaver, 'a').greet();
    const asleep = s1!.actor(SlowLeaver, 'a').manage.deactivate();
    await leaving.opened;
    const greeting = (s0!.runtime.actor('slow-leaver', 'a') as Greeting).greet();
    left.open();
    await asleep;
    expect(await cluster.until(greeting)).to.equal('hello');
    expect(cluster.carried).to.deep.equal(['s0>s1 greet']);
    await cluster.stop();
  });

  it('are tried until their deadline when every silo that hosts the actor refuses it for a while', async () => {
    const cluster = await askerAndHost(SlowLeaver);
    const [s0, s1] = cluster.silos;
    let hasLease = false;
    Object.defineProperty(s1!.membership, 'mayAccept', { get: () => hasLease });
    const greeting = (s0!.runtime.actor('slow-leaver', 'a') as Greeting).greet();
    await cluster.clock.advance(500);
    hasLease = true;
    expect(await cluster.until(greeting)).to.equal('hello');
    left.open();
    await cluster.stop();
  });

  it('run at once on the silo that its row names, where the actor was not given up in good order', async () => {
    const cluster = await MemoryCluster.of(4, [Nomad]);
    const [s0] = cluster.silos;
    await s0!.actor(Nomad, 'a').add();
    cluster.store.release = () => Promise.reject(new Error('out of reach'));
    await s0!.actor(Nomad, 'a').manage.deactivate();
    cluster.choose = (candidates) => candidates.at(-1)!;
    expect(await cluster.until(s0!.actor(Nomad, 'a').add())).to.equal(2);
    expect(cluster.carried).to.deep.equal([]);
    await cluster.stop();
  });

  for (const how of ['deactivate', 'destroy'] as const) {
    it(`may ${how} an actor of another silo that waits for them: it ends after its turn`, async () => {
      const cluster = await MemoryCluster.of(2, [Leaver]);
      const [s0, s1] = cluster.silos;
      await s0!.actor(Leaver, 'a').read();
      await s1!.actor(Leaver, 'b').read();
      const sinceMs = cluster.clock.monotonicMs();
      expect(await cluster.until(s0!.actor(Leaver, 'a').leaveBy('b', how))).to.equal(1);
      expect(cluster.clock.monotonicMs() - sinceMs).to.be.at.most(100);
      expect(await cluster.until(s0!.actor(Leaver, 'a').read())).to.equal(how === 'destroy' ? 0 : 1);
      expect(s0!.runtime.statistics.activated).to.equal(2);
      await cluster.stop();
    });
  }

  it('are given up after a few tries where the actor always ends before its first turn', async () => {
    const cluster = await MemoryCluster.of(2, [NeverThere]);
    const error = await cluster.until(failure(cluster.silos[0]!.actor(NeverThere, 'a').greet()));
    expect(error.message).to.equal("never-there/a: ended 10 times before the call's turn; it did not run");
    await cluster.stop();
  });
});
