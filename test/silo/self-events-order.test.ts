import { expect } from 'chai';
import { Actor, ActorEvent, Component, On, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { gate, memorySilo } from '../support/memory-silo.js';

let entered = gate();
let hold = gate();
let isReady = true;

@ActorEvent('order-said')
class Said {
  constructor(readonly text: string) {}
}

@Component({ name: 'Mouth', isolation: 'inline' })
class Mouth {
  @State() words = 0;
  constructor(private readonly ctx: ComponentContext<Mouth>) {}
  async sayAndHold(text: string): Promise<void> {
    await this.ctx.emit(new Said(text));
    entered.open();
    await hold.opened;
    this.words++;
  }
}

@Actor({ name: 'order-speaker', components: [Mouth] })
class Speaker {
  @State() heard: string[] = [];
  constructor(private readonly ctx: ActorContext<Speaker>) {}
  async say(...texts: string[]): Promise<void> {
    for (const text of texts) await this.ctx.emit(new Said(text));
  }
  list(): string[] {
    return this.heard;
  }
  @On(Said, { from: 'self' }) protected onSaid(event: Said): void {
    if (!isReady) throw new Error('not ready');
    this.heard.push(event.text);
  }
}

const id = { type: 'order-speaker', key: 's' };

describe('the order of events to own handlers', () => {
  beforeEach(() => {
    entered = gate();
    hold = gate();
    isReady = true;
  });

  it('is that of their commits, and none is lost when the one emitted first is committed last', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStateStore(clock);
    const first = memorySilo([Speaker], { clock, store });
    isReady = false;
    const slow = first.actor(Speaker, 's').getComponent(Mouth).sayAndHold('slow');
    await entered.opened;
    await first.actor(Speaker, 's').say('quick');
    hold.open();
    await slow;
    const sequences = (await store.outbox(id, 10)).map(({ sequence }) => sequence);
    expect(sequences).to.deep.equal([1, 2]);
    first.runtime.abandon('the silo died');
    isReady = true;
    const second = memorySilo([Speaker], { clock, store });
    await second.actor(Speaker, 's').say('new');
    await clock.advance('1s');
    expect(await second.actor(Speaker, 's').list()).to.deep.equal(['quick', 'slow', 'new']);
    expect(await store.outbox(id, 10)).to.deep.equal([]);
    await second.runtime.stop();
  });

  it('holds for all that an earlier activation left, however many', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStateStore(clock);
    const first = memorySilo([Speaker], { clock, store });
    isReady = false;
    const texts = Array.from({ length: 250 }, (_, index) => `t${index}`);
    await first.actor(Speaker, 's').say(...texts);
    first.runtime.abandon('the silo died');
    isReady = true;
    const second = memorySilo([Speaker], { clock, store });
    await second.actor(Speaker, 's').say('new');
    await clock.advance('1s');
    expect(await second.actor(Speaker, 's').list()).to.deep.equal([...texts, 'new']);
    await second.runtime.stop();
  });

  it('outlives a listener that throws: the actor goes on', async () => {
    const { actor, runtime, log } = memorySilo([Speaker]);
    await actor(Speaker, 's').list();
    await runtime.backend.subscribe(id, 'order-said', () => {
      throw new Error('the listener is broken');
    }, () => undefined);
    await actor(Speaker, 's').say('one');
    await actor(Speaker, 's').say('two');
    expect(await actor(Speaker, 's').list()).to.deep.equal(['one', 'two']);
    expect(log.lines.filter(({ level }) => level === 'error')).to.have.length(2);
    await runtime.stop();
  });
});
