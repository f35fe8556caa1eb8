import { expect } from 'chai';
import { Actor, ActivationFailedError, Component, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const log: string[] = [];
let waking: (() => unknown) | undefined;
let entered = gate();
let hold = gate();

@Component({ name: 'Ledger', isolation: 'inline' })
class Ledger {
  @State() lines = 0;
  constructor(private readonly ctx: ComponentContext<Ledger>) {}
  add(): number {
    void this.ctx.key;
    return ++this.lines;
  }
}

@Actor({ name: 'stopping-clerk', components: [Ledger] })
class Clerk {
  constructor(private readonly ctx: ActorContext<Clerk>) {}
  onActivate(): unknown {
    return waking?.();
  }
  async onDeactivate(): Promise<void> {
    log.push(`closed with ${await this.ctx.self.getComponent(Ledger).add()}`);
  }
  ping(): string {
    return 'pong';
  }
  async workAcross(other: string): Promise<string> {
    entered.open();
    await hold.opened;
    await this.ctx.self.getComponent(Ledger).add();
    return this.ctx.actor(Clerk, other).ping();
  }
}

@Actor({ name: 'stopping-poll' })
class Poll {
  constructor(private readonly ctx: ActorContext<Poll>) {}
  async next(): Promise<string> {
    const { signal } = this.ctx.call;
    entered.open();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return (signal.reason as Error).message;
  }
}

describe('stopping a silo', () => {
  beforeEach(() => {
    log.length = 0;
    waking = undefined;
    entered = gate();
    hold = gate();
  });

  it('lets running turns and last hooks call the actors that are still there', async () => {
    const { actor, runtime } = memorySilo([Clerk]);
    const across = actor(Clerk, 'c').workAcross('c');
    await entered.opened;
    const stopped = runtime.stop();
    hold.open();
    expect(await across).to.equal('pong');
    await stopped;
    expect(log).to.deep.equal(['closed with 2']);
    expect(runtime.statistics.activations).to.equal(0);
  });

  it('does not wait for an activation that fails meanwhile, beyond its failure', async () => {
    const { actor, runtime } = memorySilo([Clerk]);
    waking = async () => {
      entered.open();
      await hold.opened;
      throw new Error('not today');
    };
    const call = failure(actor(Clerk, 'c').ping());
    await entered.opened;
    const stopped = runtime.stop();
    hold.open();
    await stopped;
    expect(await call).to.be.instanceOf(ActivationFailedError);
    expect(runtime.statistics.activations).to.equal(0);
  });

  it('ends an activation that becomes active meanwhile, hooks and all', async () => {
    const { actor, runtime, store } = memorySilo([Clerk]);
    waking = async () => {
      entered.open();
      await hold.opened;
    };
    const call = actor(Clerk, 'c').ping();
    await entered.opened;
    const stopped = runtime.stop();
    hold.open();
    await Promise.allSettled([call]);
    await stopped;
    expect(log).to.deep.equal(['closed with 1']);
    expect(await store.lookup({ type: 'stopping-clerk', key: 'c' })).to.equal(undefined);
  });

  it('asks turns that still run after a second to end, and gives their callers what they return', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Poll], { clock });
    const next = actor(Poll, 'p').next();
    await entered.opened;
    const stopped = runtime.stop();
    const seen = { early: false };
    void next.then(() => (seen.early = true));
    await clock.advance('900ms');
    expect(seen.early).to.equal(false);
    await clock.advance('100ms');
    expect(await next).to.equal('this silo is stopping');
    await stopped;
    expect(runtime.statistics.activations).to.equal(0);
  });
});
