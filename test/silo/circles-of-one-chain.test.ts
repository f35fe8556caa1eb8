import { expect } from 'chai';
import { Actor, CallCycleError, type ActorContext, type OnActivate } from '../../sdk/index.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

let gates = new Map<string, ReturnType<typeof gate>>();
const at = (name: string): ReturnType<typeof gate> => {
  let found = gates.get(name);
  if (!found) gates.set(name, (found = gate()));
  return found;
};

@Actor({ name: 'circle-none', reentrancy: 'none' })
class None {
  constructor(private readonly ctx: ActorContext<None>) {}
  async meet(own: string, other: string, last: string): Promise<string> {
    at(`entered:${own}`).open();
    await at(`entered:${other}`).opened;
    return this.ctx.actor(None, last).end();
  }
  async wake(other: string): Promise<string> {
    return this.ctx.actor(Waker, other).ready();
  }
  end(): string {
    return 'end';
  }
}
@Actor({ name: 'circle-root' })
class Root {
  constructor(private readonly ctx: ActorContext<Root>) {}
  async both(): Promise<PromiseSettledResult<string>[]> {
    return Promise.allSettled([this.ctx.actor(None, 'a').meet('a', 'b', 'b'), this.ctx.actor(None, 'b').meet('b', 'a', 'a')]);
  }
}

@Actor({ name: 'circle-waker' })
class Waker implements OnActivate {
  constructor(private readonly ctx: ActorContext<Waker>) {}
  async onActivate(): Promise<void> {
    await this.ctx.actor(None, 'a').end();
  }
  ready(): string {
    return 'ready';
  }
}

describe('a circle within one chain, under reentrancy none', () => {
  beforeEach(() => {
    gates = new Map();
  });

  it('is refused at its youngest call when two calls made at once wait for each other', async () => {
    const silo = memorySilo([Root, None]);
    const outcomes = await silo.actor(Root, 'r').both();
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')!.reason as CallCycleError;
    expect(refused).to.be.instanceOf(CallCycleError);
    expect(refused.message).to.match(/circle-none\/[ab] → circle-none\/[ab] → circle-none\/[ab]; it did not run/);
    await silo.runtime.stop();
  });

  it('is refused when the actor that a turn wakes calls back in onActivate', async () => {
    const silo = memorySilo([Waker, None]);
    expect((await failure(silo.actor(None, 'a').wake('w'))).message).to.contain('the call would wait for itself');
    await silo.runtime.stop();
  });
});
