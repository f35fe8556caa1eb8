import { expect } from 'chai';
import { Actor, CallTimeoutError, CancelledError, ConfigurationError, LinkLostError, Public, ReadOnly, SiloUnavailableError, State, TroupeError, type ActorContext } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { failure, gate, RecordingLogger } from '../support/memory-silo.js';

let hold = gate();
let entered = gate();

@Actor({ name: 'tcf-counter', placement: 'prefer-local' })
class Counter {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Counter>) {}
  @Public() add(): number {
    return ++this.count;
  }
  @ReadOnly() look(): number {
    return this.count;
  }
  async addSlowly(): Promise<number> {
    entered.open();
    await hold.opened;
    return ++this.count;
  }
  addAt(other: string): Promise<number> {
    return this.ctx.actor(Counter, other).add();
  }
}

@Actor({ name: 'tcf-anywhere' })
class Anywhere {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Anywhere>) {}
  async addAt(other: string): Promise<number> {
    this.count++;
    return this.ctx.actor(Counter, other).add();
  }
}

const modules = [Counter, Anywhere];

function start(options: { silos?: number; seed?: number } = {}): Promise<TestCluster> {
  return startTestCluster({ modules, silos: 3, log: new RecordingLogger(), ...options });
}

describe('troupe/testing, several silos', () => {
  beforeEach(() => {
    hold = gate();
    entered = gate();
  });

  it('are one cluster: an actor is on one of them and is reached through all', async () => {
    await using t = await start();
    const counts = [];
    for (const silo of t.silos) counts.push(await silo.actor(Counter, 'a').add());
    expect(counts).to.deep.equal([1, 2, 3]);
    expect(t.silos.map((silo) => silo.activations())).to.deep.equal([['tcf-counter/a'], [], []]);
    expect(t.activations()).to.deep.equal(['tcf-counter/a']);
  });

  it('kill: what was under way fails with what is known, and the actor goes on elsewhere with what was saved', async () => {
    await using t = await start();
    await t.silo('s2').actor(Counter, 'a').add();
    const slow = failure(t.actor(Counter, 'a').addSlowly());
    await entered.opened;
    const own = failure(t.silo('s2').actor(Counter, 'a').add());
    t.kill('s2');
    expect(await own).to.be.instanceOf(LinkLostError);
    expect(await failure(t.silo('s2').actor(Counter, 'a').add())).to.be.instanceOf(SiloUnavailableError);
    expect(await t.clock.until(slow)).to.be.instanceOf(LinkLostError);
    expect(await t.clock.until(t.actor(Counter, 'a').add())).to.equal(2);
    expect(t.clock.monotonicMs()).to.be.within(1000, 1800);
    expect(t.silo('s2').isUp).to.equal(false);
  });

  it('restart: another incarnation under the same name, known to the others', async () => {
    await using t = await start();
    const before = t.silo('s2').incarnation;
    const silo = await t.restart('s2');
    expect(silo.incarnation).not.to.equal(before);
    expect(await silo.actor(Counter, 'a').add()).to.equal(1);
    await t.clock.advance('1s');
    expect(await t.clock.until(t.silo('s1').actor(Counter, 'a').add())).to.equal(2);
    expect(await t.clock.until((await t.add()).actor(Counter, 'a').add())).to.equal(3);
    expect(t.silos.map(({ name }) => name)).to.deep.equal(['s1', 's2', 's3', 's4']);
  });

  it('freeze: the others take over; what it wakes up with changes nothing, and it stops itself', async () => {
    await using t = await start();
    const frozen = t.silo('s3');
    await frozen.actor(Counter, 'a').add();
    const late = failure(frozen.actor(Counter, 'a').addSlowly());
    await entered.opened;
    t.freeze('s3');
    expect(await t.clock.until(t.actor(Counter, 'a').look())).to.equal(1);
    expect(await t.actor(Counter, 'a').add()).to.equal(2);
    t.thaw('s3');
    hold.open();
    expect(await t.clock.until(late)).to.be.instanceOf(TroupeError);
    await t.clock.advance('1s');
    expect(frozen.isUp).to.equal(false);
    expect(await t.clock.until(t.actor(Counter, 'a').look())).to.equal(2);
  });

  it('cut between a silo and the store: a commit that arrives late, after a takeover, is refused', async () => {
    await using t = await start();
    const held = t.silo('s3').actor(Counter, 'a');
    await held.add();
    t.cut('s3', 'store');
    const late = failure(held.add());
    expect(await t.clock.until(t.actor(Counter, 'a').look())).to.equal(1);
    expect(await t.actor(Counter, 'a').add()).to.equal(2);
    t.heal('s3', 'store');
    expect(await t.clock.until(late)).to.be.instanceOf(TroupeError);
    expect(t.trace.filter((line) => line.endsWith('s3 commit tcf-counter/a on version 1 fenced'))).to.have.length(1);
    expect(await t.clock.until(t.actor(Counter, 'a').look())).to.equal(2);
  });

  it('drop between a silo and the store: a commit that is sent twice counts once', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      await using t = await start({ seed });
      const actor = t.silo('s1').actor(Counter, 'a');
      t.delay('s1', 'store', 20);
      const added = actor.add();
      await t.clock.advance('50ms');
      t.drop('s1', 'store');
      expect(await t.clock.until(added)).to.equal(1);
      await t.clock.advance('5s');
      expect(await t.clock.until(actor.look())).to.equal(1);
    }
  });

  it('a call whose actor nobody can look up, because the store does not answer, ends at its deadline', async () => {
    await using t = await start();
    await t.silo('s1').actor(Counter, 'a').add();
    t.cut('s2', 'store');
    const call = failure(t.silo('s2').actor(Counter, 'b').with({ timeout: 400 }).add());
    expect(await t.clock.until(call)).to.be.instanceOf(CallTimeoutError);
    expect(t.clock.monotonicMs()).to.be.within(400, 430);
    const controller = new AbortController();
    const cancelled = failure(t.silo('s2').actor(Counter, 'c').with({ signal: controller.signal }).add());
    controller.abort();
    expect(await t.clock.until(cancelled)).to.be.instanceOf(CancelledError);
  });

  it('a call that is tried again and again where its actor was last seen is one call all the while', async () => {
    await using t = await start();
    await t.silo('s2').actor(Counter, 'a').add();
    t.kill('s2');
    const controller = new AbortController();
    let [listening, most] = [0, 0];
    const { addEventListener, removeEventListener } = controller.signal;
    const counted = Object.assign(controller.signal, {
      addEventListener: (...args: Parameters<typeof addEventListener>) => {
        most = Math.max(most, ++listening);
        addEventListener.apply(controller.signal, args);
      },
      removeEventListener: (...args: Parameters<typeof removeEventListener>) => {
        listening--;
        removeEventListener.apply(controller.signal, args);
      },
    });
    expect(await t.clock.until(t.silo('s1').actor(Counter, 'a').with({ signal: counted }).add())).to.equal(2);
    expect(most).to.be.at.most(3);
  });

  it('cut between two silos: calls that surely did not run wait for it to heal', async () => {
    await using t = await start();
    await t.silo('s1').actor(Counter, 'a').add();
    t.cut('s1', 's2');
    const call = t.silo('s2').actor(Counter, 'a').add();
    await t.clock.advance('3s');
    expect(await t.clock.until(t.silo('s3').actor(Counter, 'a').add())).to.equal(2);
    t.heal('s1', 's2');
    expect(await t.clock.until(call)).to.equal(3);
  });

  it('delay between two silos: an answer takes its time', async () => {
    await using t = await start();
    await t.silo('s1').actor(Counter, 'a').add();
    await t.silo('s2').actor(Counter, 'a').add();
    t.delay('s1', 's2', 100);
    const since = t.clock.monotonicMs();
    await t.clock.until(t.silo('s2').actor(Counter, 'a').add());
    expect(t.clock.monotonicMs() - since).to.be.within(200, 210);
  });

  it('clients come back to a silo that was started anew', async () => {
    await using t = await start();
    const client = await t.client({ id: 'p' }, 's2');
    expect(await client.actor<Counter>('tcf-counter', 'a').add()).to.equal(1);
    t.kill('s2');
    await t.restart('s2');
    await t.clock.advance('1s');
    expect(await t.clock.until(client.actor<Counter>('tcf-counter', 'a').add())).to.equal(2);
  });

  it('stubs stand before all of them', async () => {
    await using t = await start();
    t.stub(Counter, 'b', { add: () => 42 });
    for (const silo of t.silos) expect(await silo.actor(Counter, 'a').addAt('b')).to.equal(42);
  });

  it('the same seed gives the same run, event for event; another seed another one', async () => {
    const run = async (seed: number): Promise<readonly string[]> => {
      await using t = await startTestCluster({ modules, silos: 4, seed, log: new RecordingLogger() });
      const calls = Array.from({ length: 12 }, (_, i) => t.silos[i % 4]!.actor(Anywhere, `k${i % 5}`).addAt(`o${i % 3}`).catch(() => undefined));
      t.drop('s1', 'store');
      t.freeze('s2');
      await t.clock.advance('3s');
      t.thaw('s2');
      t.kill('s3');
      await t.clock.until(Promise.all(calls));
      return [...t.trace];
    };
    const first = await run(7);
    expect(first.length).to.be.greaterThan(40);
    expect(await run(7)).to.deep.equal(first);
    expect(await run(8)).not.to.deep.equal(first);
  });

  it('refuses faults of a lone silo, and of silos that are not there', async () => {
    await using lone = await startTestCluster({ modules });
    expect(() => lone.kill('test')).to.throw(ConfigurationError, 'kill is for test clusters of several silos');
    await using t = await start();
    expect(() => t.cut('s1', 's9')).to.throw(ConfigurationError, "there is no silo 's9'");
    expect(() => t.delay('s1', 's2', '50ms' as never)).to.throw(ConfigurationError, '50ms is no number of milliseconds');
  });
});
