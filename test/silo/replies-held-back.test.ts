import { expect } from 'chai';
import { Actor, CallCycleError, Component, State, type ActorContext, type ComponentContext, type OnActivate } from '../../sdk/index.js';
import { gate, memorySilo } from '../support/memory-silo.js';

let inPart: ReturnType<typeof gate>;
let ownEnded: ReturnType<typeof gate>;
let queued: ReturnType<typeof gate>;
let ownBegan: ReturnType<typeof gate>;

/** Its part's turn joins the unit that `own` opened, and keeps the reply of `own` back. */
@Component({ name: 'HeldPart', isolation: 'inline' })
class Part {
  constructor(private readonly ctx: ComponentContext<Part, Whole>) {}
  async askAsker(early: boolean): Promise<string> {
    inPart.open();
    if (!early) await ownEnded.opened;
    const answer = this.ctx.actor(Asker, 'b').answer();
    queued.open();
    return answer;
  }
}
@Actor({ name: 'held-whole', components: [Part] })
class Whole {
  @State() n = 0;
  async own(early: boolean): Promise<void> {
    ownBegan.open();
    await inPart.opened;
    if (early) await queued.opened;
    this.n++;
    setImmediate(ownEnded.open);
  }
}
@Actor({ name: 'held-asker', reentrancy: 'none' })
class Asker {
  constructor(private readonly ctx: ActorContext<Asker>) {}
  async ask(early: boolean): Promise<void> {
    await this.ctx.actor(Whole, 'a').own(early);
  }
  answer(): string {
    return 'answer';
  }
}
@Actor({ name: 'held-root' })
class Root {
  constructor(private readonly ctx: ActorContext<Root>) {}
  async both(early: boolean): Promise<PromiseSettledResult<unknown>[]> {
    const asked = this.ctx.actor(Asker, 'b').ask(early);
    await ownBegan.opened;
    return Promise.allSettled([asked, this.ctx.actor(Whole, 'a').getComponent(Part).askAsker(early)]);
  }
}

const held = gate();
const woken = gate();
@Actor({ name: 'held-sleeper' })
class Sleeper implements OnActivate {
  constructor(private readonly ctx: ActorContext<Sleeper>) {}
  async onActivate(): Promise<void> {
    const answer = this.ctx.actor(Holder, 'b').answer();
    woken.open();
    await answer;
  }
  ready(): void {}
}
@Actor({ name: 'held-holder' })
class Holder {
  constructor(private readonly ctx: ActorContext<Holder>) {}
  async wake(): Promise<void> {
    await held.opened;
    await this.ctx.actor(Sleeper, 's').ready();
  }
  async call(key: string): Promise<string> {
    held.open();
    await woken.opened;
    return this.ctx.actor(Holder, key).answer();
  }
  answer(): string {
    return 'answer';
  }
}

describe('a circle through what nobody calls', () => {
  beforeEach(() => {
    inPart = gate();
    ownEnded = gate();
    queued = gate();
    ownBegan = gate();
  });

  for (const early of [true, false]) {
    it(`is refused when a turn waits for a reply that its own call's unit holds back: the call queued ${early ? 'before' : 'after'} the reply was ready`, async () => {
      const silo = memorySilo([Root, Asker, Whole]);
      const outcomes = await silo.actor(Root, 'r').with({ timeout: '2s' }).both(early);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
      expect((outcomes[1] as PromiseRejectedResult).reason).to.be.instanceOf(CallCycleError);
      await silo.runtime.stop();
    });
  }

  it('is refused when the activation that a turn waits for waits for another chain, which waits for the turn', async () => {
    const silo = memorySilo([Holder, Sleeper]);
    const waking = silo.actor(Holder, 'a').with({ timeout: '2s' }).wake();
    const calling = silo.actor(Holder, 'b').with({ timeout: '2s' }).call('a');
    const outcomes = await Promise.allSettled([waking, calling]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
    expect(refused).to.have.length(1);
    expect(refused[0]!.message).to.contain('the call would wait for itself');
    await silo.runtime.stop();
  });
});
