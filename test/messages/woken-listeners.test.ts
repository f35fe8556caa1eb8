// Listeners that bind in `onActivate`, and that the emitter's own turn has woken (silo/activation/bind-apart.ts): they are bound, whatever becomes of that turn.
import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { failure, memorySilo, RecordingLogger } from '../support/memory-silo.js';

@ActorEvent('wkl-rung')
class Rung {}

@Actor({ name: 'wkl-bell' })
class Bell {
  @State() rings = 0;
  constructor(private readonly ctx: ActorContext<Bell>) {}

  async wake(listener: string, fails: boolean): Promise<number> {
    this.rings++;
    const heard = await this.ctx.actor(Ear, listener).heard();
    if (fails) throw new RangeError('after waking');
    return heard;
  }
  async bindItself(listener: string): Promise<void> {
    await this.ctx.bind(this.ctx.self, Rung);
    await this.ctx.self.bind(Rung, this.ctx.actor(Ear, listener));
    throw new RangeError('after binding');
  }
  async wakeAndRing(listener: string): Promise<void> {
    await this.ctx.actor(Ear, listener).heard();
    await this.ctx.emit(new Rung());
  }
  async ring(): Promise<void> {
    this.rings++;
    await this.ctx.emit(new Rung());
  }
  @ReadOnly() count(): number {
    return this.rings;
  }
}

@Actor({ name: 'wkl-ear' })
class Ear {
  @State() times = 0;
  constructor(private readonly ctx: ActorContext<Ear>) {}
  async onActivate(): Promise<void> {
    if (this.ctx.key !== 'unbound') await this.ctx.bind(this.ctx.actor(Bell, 'b'), Rung);
  }
  @On(Rung) protected onRung(): void {
    this.times++;
  }
  heard(): number {
    return this.times;
  }
}

describe('a listener that the turn of its emitter has woken', () => {
  it('is bound though that turn throws, and nothing else of the turn is there', async () => {
    const clock = new VirtualClock();
    const silo = memorySilo([Bell, Ear], { clock, random: () => 0.5 });
    const bell = silo.actor(Bell, 'b');
    expect(await failure(clock.until(bell.wake('e', true)))).to.be.instanceOf(RangeError);
    expect(await clock.until(bell.count())).to.equal(0);
    await clock.until(bell.ring());
    await clock.advance('1s');
    expect(await clock.until(silo.actor(Ear, 'e').heard())).to.equal(1);
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('hears what that turn emits behind it', async () => {
    const clock = new VirtualClock();
    const silo = memorySilo([Bell, Ear], { clock, random: () => 0.5 });
    await clock.until(silo.actor(Bell, 'b').wakeAndRing('e'));
    await clock.advance('1s');
    expect(await clock.until(silo.actor(Ear, 'e').heard())).to.equal(1);
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('is bound also where it is on another silo', async () => {
    await using cluster = await startTestCluster({ modules: [Bell, Ear], silos: 3, seed: 5, log: new RecordingLogger() });
    const bell = cluster.actor(Bell, 'b');
    const ears = ['e1', 'e2', 'e3', 'e4'];
    for (const ear of ears) expect((await failure(cluster.clock.until(bell.wake(ear, true)))).message).to.equal('after waking');
    const hosts = cluster.silos.filter((silo) => silo.activations().some((name) => name.startsWith('wkl-ear')));
    expect(hosts.length, 'they are spread').to.be.above(1);
    await cluster.clock.until(bell.ring());
    await cluster.clock.advance('1s');
    expect(await cluster.clock.until(Promise.all(ears.map((ear) => cluster.actor(Ear, ear).heard())))).to.deep.equal([1, 1, 1, 1]);
  });

  it('but whom the turn itself has bound is not bound when it throws', async () => {
    const clock = new VirtualClock();
    const silo = memorySilo([Bell, Ear], { clock, random: () => 0.5 });
    await clock.until(silo.actor(Ear, 'unbound').heard());
    await failure(clock.until(silo.actor(Bell, 'b').bindItself('unbound')));
    await clock.until(silo.actor(Bell, 'b').ring());
    await clock.advance('1s');
    expect(await clock.until(silo.actor(Ear, 'unbound').heard())).to.equal(0);
    await clock.until(silo.runtime.stop(), '1s');
  });
});
