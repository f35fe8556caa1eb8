import { expect } from 'chai';
import { Actor, ActorEvent, ActivationFailedError, Component, ConfigurationError, Every, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

let hold: ReturnType<typeof gate> | undefined;
let failures = 0;
let wakes = 0;
let isFickle = false;
const seen: number[] = [];

@Actor({ name: 'up-ticker', idleAfter: '5s' })
class Ticker {
  @Every('1s') protected tick(): void {}
  ping(): string {
    return 'pong';
  }
}

@Actor({ name: 'up-hung' })
class Hung {
  async onActivate(): Promise<void> {
    await hold?.opened;
  }
  ping(): string {
    return 'pong';
  }
  async hang(): Promise<void> {
    await new Promise(() => undefined);
  }
}

@Actor({ name: 'up-vigilant', alwaysOn: true })
class Vigilant {
  onActivate(): void {
    if (failures-- > 0) throw new Error('not yet');
  }
  ping(): string {
    return 'pong';
  }
}

@Actor({ name: 'up-fickle', alwaysOn: true })
class Fickle {
  constructor(private readonly ctx: ActorContext<Fickle>) {}
  async onActivate(): Promise<void> {
    wakes++;
    if (isFickle) await this.ctx.deactivate();
  }
  ping(): string {
    return 'pong';
  }
}

@ActorEvent('up-noted')
class Noted {
  constructor(readonly n: number) {}
}

@Component({ name: 'Part', isolation: 'inline' })
class Part {}

@Actor({ name: 'up-noter', components: [Part] })
class Noter {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Noter>) {}
  async noteAndSleep(times: number): Promise<void> {
    for (let n = 0; n < times; n++) await this.ctx.emit(new Noted(n));
    await this.ctx.deactivate();
  }
  @On(Noted, { from: 'self' }) protected onNoted({ n }: Noted): void {
    seen.push(n);
  }
  @ReadOnly() sneak(): number {
    return (this.count = 999);
  }
  read(): number {
    return this.count;
  }
  cancelWaiting(): string {
    const timer = this.ctx.timer(() => void seen.push(-1), { due: 1 });
    timer.cancel();
    return 'cancelled';
  }
}

describe('what keeps an actor awake, and what does not', () => {
  beforeEach(() => {
    hold = undefined;
    failures = 0;
    isFickle = false;
    seen.length = 0;
  });

  it('is not its own timers', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Ticker], { clock });
    await actor(Ticker, 't').ping();
    await clock.advance('30s');
    expect(runtime.statistics.activations).to.equal(0);
    await runtime.stop();
  });

  it('is no hook that never ends: the callers learn it, and the next activation may be better', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Hung], { clock });
    hold = gate();
    const waiting = failure(actor(Hung, 'h').with({ timeout: '5m' }).ping());
    await clock.advance('31s');
    expect(await waiting).to.be.instanceOf(ActivationFailedError);
    hold.open();
    expect(await actor(Hung, 'h').ping()).to.equal('pong');
    await runtime.stop();
  });

  it('is always-on, also after failures to activate again', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Vigilant], { clock });
    await actor(Vigilant, 'v').ping();
    failures = 3;
    await actor(Vigilant, 'v').manage.deactivate();
    await clock.advance('500ms');
    expect(runtime.statistics.activations).to.equal(0);
    await clock.advance('10s');
    expect(runtime.statistics.activations).to.equal(1);
    await runtime.stop();
  });

  it('is always-on with longer and longer pauses when it ends at once each time', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Fickle], { clock });
    await actor(Fickle, 'f').ping();
    isFickle = true;
    await actor(Fickle, 'f').manage.deactivate();
    await clock.advance('500ms');
    const error = await failure(actor(Fickle, 'f').ping());
    expect(error).to.be.instanceOf(ActivationFailedError);
    expect(error.message).to.equal("up-fickle/f: ended 10 times before the call's turn; it did not run");
    wakes = 0;
    await clock.advance('5m');
    expect(wakes).to.be.within(3, 6);
    await runtime.stop();
  });

  it('is what it has told itself: handled before it sleeps', async () => {
    const { actor, runtime } = memorySilo([Noter]);
    await actor(Noter, 'n').noteAndSleep(250);
    await actor(Noter, 'n').manage.deactivate();
    expect(seen).to.deep.equal(Array.from({ length: 250 }, (_, n) => n));
    await runtime.stop();
  });

  it('undoes and warns about what a read-only method changed', async () => {
    const { actor, runtime, log } = memorySilo([Noter]);
    expect(await actor(Noter, 'n').sneak()).to.equal(999);
    expect(await actor(Noter, 'n').sneak()).to.equal(999);
    expect(await actor(Noter, 'n').read()).to.equal(0);
    expect(log.lines.filter(({ message }) => message.includes('up-noter.sneak is @ReadOnly but changed count'))).to.have.length(1);
    await runtime.stop();
  });

  it('leaves a component to its actor: it cannot be destroyed alone', async () => {
    const { actor, runtime } = memorySilo([Noter]);
    const error = await failure(actor(Noter, 'n').getComponent(Part).manage.destroy());
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.contain('up-noter/n#Part');
    await runtime.stop();
  });

  it('lets a test cluster stop beside a turn that never ends', async () => {
    const t = await startTestCluster({ modules: [Hung], log: 'silent' });
    const hanging = failure(t.actor(Hung, 'h').hang());
    await t.clock.advance(1);
    await t.stop();
    expect(await hanging).to.be.instanceOf(Error);
  });

  it('lets a silo stop whose listeners throw, and names what it does not know', async () => {
    const silo = await startSilo({ modules: [Noter], log: 'silent' });
    silo.on('stopping', () => {
      throw new Error('a listener failed');
    });
    expect(() => silo.on('bogus' as never, () => undefined)).to.throw(ConfigurationError, "unknown event 'bogus'");
    expect((await failure(silo.stop({ bogus: 1 } as never))).message).to.contain("unknown option 'bogus'");
    await silo.stop();
  });
});
