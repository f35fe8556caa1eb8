import { expect } from 'chai';
import { Actor, ActivationFailedError, Component, ConfigurationError, Every, State, type ActorContext, type ComponentContext, type DeactivationReason } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const events: string[] = [];
let failing: 'constructor' | 'onActivate' | undefined;

@Component({ name: 'Part', isolation: 'inline' })
class Part {
  constructor(private readonly ctx: ComponentContext<Part>) {
    events.push('part constructed');
  }
  onActivate(): void {
    events.push(`part awake in ${this.ctx.key}`);
  }
  onDeactivate(): void {
    events.push('part asleep');
  }
}

@Actor({ name: 'sleeper', components: [Part], idleAfter: '10s' })
class Sleeper {
  @State() visits = 0;
  constructor(private readonly ctx: ActorContext<Sleeper>) {
    events.push('constructed');
    if (failing === 'constructor') throw new Error('constructor failed');
  }
  async onActivate(): Promise<void> {
    events.push(`awake with ${this.visits}`);
    this.visits += 100;
    if (failing === 'onActivate') throw new Error('onActivate failed');
  }
  onDeactivate(reason: DeactivationReason): void {
    events.push(`asleep: ${reason}`);
  }
  visit(): number {
    return ++this.visits;
  }
  async leaveAfter(): Promise<number> {
    await this.ctx.deactivate();
    return ++this.visits;
  }
  async end(): Promise<void> {
    await this.ctx.destroy();
  }
}

const ticks: { elapsedMs: number }[] = [];
let tickHold: ReturnType<typeof gate> | undefined;

@Actor({ name: 'ticker', idleAfter: 'never' })
class Ticker {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Ticker>) {}
  @Every('50ms') protected async tick(elapsedMs: number): Promise<void> {
    ticks.push({ elapsedMs });
    this.count++;
    await tickHold?.opened;
  }
  startOne(): void {
    this.ctx.timer(() => { this.count += 1000; }, { due: '1s' });
  }
  read(): number {
    return this.count;
  }
}

@Actor({ name: 'vigilant', alwaysOn: true })
class Vigilant {
  onActivate(): void {
    events.push('vigilant awake');
  }
  ping(): string {
    return 'pong';
  }
}

@Actor({ name: 'arrow' })
class Arrow {
  hidden = (): number => 1;
  ping(): string {
    return 'pong';
  }
}

describe('activation', () => {
  beforeEach(() => {
    events.length = 0;
    ticks.length = 0;
    failing = undefined;
    tickHold = undefined;
  });

  it('constructs, restores, then calls onActivate of components and actor; onDeactivate in reverse', async () => {
    const { actor, runtime } = memorySilo([Sleeper]);
    await actor(Sleeper, 's').visit();
    await actor(Sleeper, 's').manage.deactivate();
    expect(events).to.deep.equal(['part constructed', 'constructed', 'part awake in s', 'awake with 0', 'asleep: requested', 'part asleep']);
    await runtime.stop();
  });

  it('keeps what onActivate changed and what was saved', async () => {
    const { actor, runtime } = memorySilo([Sleeper]);
    expect(await actor(Sleeper, 's').visit()).to.equal(101);
    await actor(Sleeper, 's').manage.deactivate();
    expect(await actor(Sleeper, 's').visit()).to.equal(202);
    await runtime.stop();
  });

  it('collects an idle actor, not before its time, and wakes it with its state', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Sleeper], { clock });
    await actor(Sleeper, 's').visit();
    await clock.advance('9s');
    expect(runtime.statistics.activations).to.equal(1);
    await actor(Sleeper, 's').visit();
    await clock.advance('9s');
    expect(runtime.statistics.activations).to.equal(1);
    await clock.advance('5s');
    expect(runtime.statistics.activations).to.equal(0);
    expect(events).to.include('asleep: idle');
    expect(await actor(Sleeper, 's').visit()).to.equal(203);
    await runtime.stop();
  });

  for (const where of ['constructor', 'onActivate'] as const) {
    it(`tells every caller when the ${where} throws, leaves nothing behind, and works once it does not`, async () => {
      const store = new MemoryStateStore();
      const { actor, runtime } = memorySilo([Sleeper], { store });
      failing = where;
      const errors = await Promise.all([1, 2, 3].map(() => failure(actor(Sleeper, 's').visit())));
      for (const error of errors) {
        expect(error).to.be.instanceOf(ActivationFailedError);
        expect((error.cause as Error).message).to.equal(`${where} failed`);
      }
      expect(runtime.statistics.activations).to.equal(0);
      expect(await store.lookup({ type: 'sleeper', key: 's' })).to.equal(undefined);
      failing = undefined;
      expect(await actor(Sleeper, 's').visit()).to.equal(101);
      await runtime.stop();
    });
  }

  it('deactivates after the turn that asked for it; later calls wake it again', async () => {
    const { actor, runtime } = memorySilo([Sleeper]);
    const calls = [actor(Sleeper, 's').leaveAfter(), actor(Sleeper, 's').visit()];
    expect(await Promise.all(calls)).to.deep.equal([101, 202]);
    expect(runtime.statistics.activated).to.equal(2);
    await runtime.stop();
  });

  it('destroys the saved state, by the actor itself and by handle, awake or dormant', async () => {
    const { actor, runtime } = memorySilo([Sleeper]);
    await actor(Sleeper, 's').visit();
    await actor(Sleeper, 's').end();
    expect(await actor(Sleeper, 's').visit()).to.equal(101);
    await actor(Sleeper, 's').manage.destroy();
    expect(await actor(Sleeper, 's').visit()).to.equal(101);
    await actor(Sleeper, 's').manage.deactivate();
    await actor(Sleeper, 's').manage.destroy();
    expect(await actor(Sleeper, 's').visit()).to.equal(101);
    await runtime.stop();
  });

  it('says where an actor is without waking it', async () => {
    const { actor, runtime } = memorySilo([Sleeper]);
    expect(await actor(Sleeper, 's').manage.activation()).to.equal(undefined);
    await actor(Sleeper, 's').visit();
    expect(await actor(Sleeper, 's').manage.activation()).to.include({ silo: 'test', epoch: 1 });
    await runtime.stop();
  });

  it('ticks every period, never overlapping itself, without making up for missed ticks', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Ticker], { clock });
    await actor(Ticker, 't').read();
    await clock.advance('200ms');
    expect(ticks.map(({ elapsedMs }) => elapsedMs)).to.deep.equal([50, 50, 50, 50]);
    tickHold = gate();
    await clock.advance('500ms');
    expect(ticks).to.have.length(5);
    tickHold.open();
    tickHold = undefined;
    await clock.advance('100ms');
    expect(ticks).to.have.length(8); // on the grid: 700, 750, 800
    expect(ticks[5]!.elapsedMs).to.be.at.least(450);
    await runtime.stop();
  });

  it('runs ctx.timer callbacks as turns', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Ticker], { clock });
    await actor(Ticker, 't').startOne();
    await clock.advance('2s');
    expect(await actor(Ticker, 't').read()).to.be.greaterThan(1000);
    await runtime.stop();
  });

  it('keeps an always-on actor awake: after deactivation, and in the next silo', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Vigilant], { store });
    await first.actor(Vigilant, 'v').ping();
    await first.actor(Vigilant, 'v').manage.deactivate();
    await first.actor(Vigilant, 'v').ping();
    expect(events).to.deep.equal(['vigilant awake', 'vigilant awake']);
    await first.runtime.stop();
    const second = memorySilo([Vigilant], { store });
    await second.runtime.wakeAlwaysOn();
    expect(second.runtime.statistics.activations).to.equal(1);
    await second.actor(Vigilant, 'v').manage.destroy();
    await second.runtime.stop();
    const third = memorySilo([Vigilant], { store });
    await third.runtime.wakeAlwaysOn();
    expect(third.runtime.statistics.activations).to.equal(0);
    await third.runtime.stop();
  });

  it('refuses an arrow-function field by name', async () => {
    const { actor, runtime } = memorySilo([Arrow]);
    const error = await failure(actor(Arrow, 'a').ping());
    expect(error).to.be.instanceOf(ActivationFailedError);
    expect(error.cause).to.be.instanceOf(ConfigurationError);
    expect((error.cause as Error).message).to.contain('Arrow.hidden');
    await runtime.stop();
  });
});
