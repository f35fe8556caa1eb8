import { expect } from 'chai';
import { Actor, CallCycleError, LinkLostError, ReadOnly, StaleEpochError, State, type ActorContext } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

let hold = gate();
let entered = gate();
let wakes: string[] = [];

@Actor({ name: 'ring' })
class Ring {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Ring>) {}
  onActivate(): void {
    wakes.push(this.ctx.key);
  }
  add(): number {
    return ++this.count;
  }
  async addSlowly(): Promise<number> {
    entered.open();
    await hold.opened;
    return ++this.count;
  }
  @ReadOnly() async look(): Promise<number> {
    entered.open();
    await hold.opened;
    return this.count;
  }
  @ReadOnly() read(): number {
    return this.count;
  }
  async around(by: string): Promise<number> {
    this.count++;
    return this.ctx.actor(Ring, by).back(this.ctx.key);
  }
  async back(to: string): Promise<number> {
    return this.ctx.actor(Ring, to).add();
  }
  async askOnce(by: string): Promise<number> {
    return this.ctx.actor(Ring, by).with({ idempotencyKey: 'k' }).addSlowly();
  }
  async askItselfOnce(by: string): Promise<number> {
    return this.ctx.actor(Ring, by).askBackOnce(this.ctx.key);
  }
  async askBackOnce(by: string): Promise<number> {
    return this.ctx.actor(Ring, by).with({ idempotencyKey: 'k' }).askItselfOnce(this.ctx.key);
  }
  fail(): never {
    throw new RangeError('as asked');
  }
}

@Actor({ name: 'ring-none', reentrancy: 'none' })
class None {
  constructor(private readonly ctx: ActorContext<None>) {}
  async around(by: string): Promise<number> {
    return this.ctx.actor(None, by).back(this.ctx.key);
  }
  async back(to: string): Promise<number> {
    return this.ctx.actor(None, to).end();
  }
  end(): number {
    return 1;
  }
}

describe('calls between silos', () => {
  beforeEach(() => {
    hold = gate();
    entered = gate();
    wakes = [];
  });

  it('reach an actor wherever it is, which is in one place', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    const [s0, s1, s2] = cluster.silos;
    expect(await s0!.actor(Ring, 'a').add()).to.equal(1);
    expect(await s1!.actor(Ring, 'a').add()).to.equal(2);
    expect(await s2!.actor(Ring, 'a').add()).to.equal(3);
    expect(await s2!.actor(Ring, 'a').add()).to.equal(4);
    expect(cluster.silos.map((silo) => silo.activations())).to.deep.equal([['ring/a'], [], []]);
    await cluster.stop();
  });

  it('place an actor that is nowhere as its policy says, and find it there', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    cluster.choose = (candidates) => candidates.find((id) => id === 's2')!;
    expect(await cluster.silos[0]!.actor(Ring, 'a').add()).to.equal(1);
    expect(await cluster.silos[1]!.actor(Ring, 'a').add()).to.equal(2);
    expect(cluster.silos[2]!.activations()).to.deep.equal(['ring/a']);
    expect(cluster.carried).to.deep.equal(['s0>s2 add', 's1>s2 add']);
    await cluster.stop();
  });

  it('released together on several silos wake an actor once, and lose nothing', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    let turn = 0;
    cluster.choose = (candidates) => candidates[turn++ % candidates.length]!;
    const calls = cluster.silos.flatMap((silo) => Array.from({ length: 20 }, (_, i) => silo.actor(Ring, `k${i % 4}`).add()));
    const results = await cluster.until(Promise.all(calls));
    expect(results.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 60 }, (_, i) => 1 + Math.floor(i / 4)));
    expect([...wakes].sort()).to.deep.equal(['k0', 'k1', 'k2', 'k3']);
    await cluster.stop();
  });

  it('come back to an actor that waits for them', async () => {
    const cluster = await MemoryCluster.of(2, [Ring]);
    const [s0, s1] = cluster.silos;
    await s0!.actor(Ring, 'a').add();
    await s1!.actor(Ring, 'b').add();
    expect(await s0!.actor(Ring, 'a').around('b')).to.equal(3);
    expect(cluster.carried.slice(-2)).to.deep.equal(['s0>s1 back', 's1>s0 add']);
    await cluster.stop();
  });

  it('are refused when they come back to one that takes none of its own', async () => {
    const cluster = await MemoryCluster.of(2, [None]);
    const [s0, s1] = cluster.silos;
    await s0!.actor(None, 'a').end();
    await s1!.actor(None, 'b').end();
    expect(await failure(s0!.actor(None, 'a').around('b'))).to.be.instanceOf(CallCycleError);
    await cluster.stop();
  });

  it('bring back what was thrown', async () => {
    const cluster = await MemoryCluster.of(2, [Ring]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Ring, 'a').add();
    expect(await failure(s0!.actor(Ring, 'a').fail())).to.be.instanceOf(RangeError).and.to.have.property('message', 'as asked');
    await cluster.stop();
  });

  it('find an actor again that fell asleep, and moved', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    const [s0, s1, s2] = cluster.silos;
    await s1!.actor(Ring, 'a').add();
    await s0!.actor(Ring, 'a').add();
    await s1!.actor(Ring, 'a').manage.deactivate();
    await s2!.actor(Ring, 'a').add();
    expect(await s0!.actor(Ring, 'a').add()).to.equal(4);
    expect(s2!.activations()).to.deep.equal(['ring/a']);
    await cluster.stop();
  });

  it('go on with the last saved state where an actor comes back after its silo died', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Ring, 'a').add();
    expect(await s0!.actor(Ring, 'a').add()).to.equal(2);
    cluster.kill(s1!);
    const since = cluster.clock.monotonicMs();
    expect(await cluster.until(s0!.actor(Ring, 'a').add())).to.equal(3);
    expect(cluster.clock.monotonicMs() - since).to.be.within(1800, 2600);
    await cluster.stop();
  });

  it('with a key whose link breaks while they run are answered by that run', async () => {
    const cluster = await MemoryCluster.of(2, [Ring]);
    const [s0, s1] = cluster.silos;
    await s0!.actor(Ring, 'a').add();
    await s1!.actor(Ring, 'b').add();
    const asked = s0!.actor(Ring, 'a').askOnce('b');
    await entered.opened;
    cluster.cut(s1!);
    await cluster.clock.advance(400);
    hold.open();
    expect(await cluster.until(asked)).to.equal(2);
    expect(await s1!.actor(Ring, 'b').add()).to.equal(3);
    await cluster.stop();
  });

  it('with a key that come back to their own run are refused at once', async () => {
    const cluster = await MemoryCluster.of(2, [Ring]);
    const [s0, s1] = cluster.silos;
    await s0!.actor(Ring, 'a').add();
    await s1!.actor(Ring, 'b').add();
    expect(await failure(s0!.actor(Ring, 'a').askBackOnce('b'))).to.be.instanceOf(CallCycleError);
    await cluster.stop();
  });

  it('in flight to a silo that dies fail with what is known, and are repeated where that is harmless', async () => {
    const cluster = await MemoryCluster.of(3, [Ring]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Ring, 'a').add();
    const plain = failure(s0!.actor(Ring, 'a').addSlowly());
    await entered.opened;
    const keyed = s0!.actor(Ring, 'a').with({ idempotencyKey: 'k' }).add();
    const looking = s0!.actor(Ring, 'a').read();
    await new Promise((resolve) => setImmediate(resolve));
    cluster.kill(s1!);
    expect(await plain).to.be.instanceOf(LinkLostError);
    expect(await cluster.until(keyed)).to.equal(2);
    expect(await cluster.until(looking)).to.be.within(1, 2);
    await cluster.stop();
  });

  it('that met a silo which lost the actor meanwhile are repeated where that is harmless', async () => {
    const cluster = await MemoryCluster.of(2, [Ring]);
    const [s0, s1] = cluster.silos;
    await s1!.actor(Ring, 'a').add();
    const carry = cluster.carry.bind(cluster);
    let isStale = false;
    cluster.carry = (...hop) => {
      if (!isStale) return carry(...hop);
      isStale = false;
      return Promise.reject(new StaleEpochError('the activation lost its ownership'));
    };
    const add = async (idempotencyKey?: string): Promise<unknown> => {
      isStale = true;
      return cluster.until(s0!.actor(Ring, 'a').with({ idempotencyKey }).add().catch((error: unknown) => error));
    };
    expect(await add('k')).to.equal(2);
    expect(await add()).to.be.instanceOf(StaleEpochError);
    await cluster.stop();
  });
});
