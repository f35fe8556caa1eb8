import { expect } from 'chai';
import type { ActorId } from '../../protocol/actor-id.js';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import type { ParkedDelivery } from '../../protocol/ports/message-store.js';
import { Actor, Component, Delivery, ReadOnly, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

/** Refuses as often as it is told to. */
class FaultyStore extends MemoryStateStore {
  refusedParks = 0;
  refusedLooks = 0;

  override park(id: ActorId, delivery: ParkedDelivery): Promise<'parked' | 'duplicate'> {
    return this.refusedParks-- > 0 ? Promise.reject(new Error('the store is away')) : super.park(id, delivery);
  }

  override inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]> {
    return this.refusedLooks-- > 0 ? Promise.reject(new Error('the store is away')) : super.inbox(id, limit);
  }
}

let failures = 0;
let calls = 0;
let now: () => number = Date.now;
let opening = gate();

@Component({ name: 'Drum', isolation: 'inline' })
class Drum {
  @State() beats: string[] = [];
  beat(entry: string): void {
    this.beats.push(entry);
  }
  @ReadOnly() all(): string[] {
    return this.beats;
  }
}

@Actor({ name: 'faulty', components: [] })
class Faulty {
  @State() entries: string[] = [];
  constructor(private readonly ctx: ActorContext<Faulty>) {}

  async onActivate(): Promise<void> {
    for (let i = 0; i < 100; i++) await Promise.resolve();
  }
  add(entry: string): void {
    this.entries.push(entry);
  }
  @Delivery({ attempts: 3, backoff: '2s' }) failOnce(entry: string): void {
    if (++failures === 1) throw new RangeError('once');
    this.entries.push(entry);
  }
  @Delivery({ attempts: 1 }) meetDegraded(entry: string): void {
    if (++failures === 1) throw new ComponentCrashedError('Drum is down', { component: 'Drum', exitCode: 1, degradedUntil: now() + 2000 });
    this.entries.push(entry);
  }
  @Delivery({ attempts: 2, backoff: '1s', order: 'relaxed' }) async succeedAtTheSecond(entry: string): Promise<void> {
    const call = ++calls;
    if (call === 2) await opening.opened;
    if (call !== 2) throw new RangeError(`call ${call}`);
    this.entries.push(entry);
  }
  async block(): Promise<void> {
    await opening.opened;
  }
  async passOn(target: string, entry: string, component?: string): Promise<void> {
    const handle = this.ctx.actor(Faulty, target);
    if (component === undefined) await handle.tell.add(entry);
    else await handle.getComponent<Drum>(component).tell.beat(entry);
  }
  @ReadOnly() all(): string[] {
    return this.entries;
  }
}

describe('messages whose inbox has trouble', () => {
  let clock: VirtualClock;
  let store: FaultyStore;
  let silo: TestSilo;
  const faulty = (key: string): Handle<Faulty> => silo.actor(Faulty, key);
  const id = { type: 'faulty', key: 'target' };
  beforeEach(() => {
    failures = calls = 0;
    opening = gate();
    clock = new VirtualClock();
    now = () => clock.now();
    store = new FaultyStore(clock);
    silo = memorySilo([Faulty], { clock, store, random: () => 0.5, components: [Drum] });
  });
  afterEach(async () => {
    opening.open();
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('are handled though one could not be parked at first, and those behind it too', async () => {
    await faulty('target').all();
    store.refusedParks = 1;
    await faulty('target').tell.failOnce('first');
    await clock.advance('1s');
    await faulty('target').tell.add('second');
    await clock.advance('10s');
    expect(await faulty('target').all()).to.deep.equal(['first', 'second']);
    expect(await store.inbox(id, 9)).to.deep.equal([]);
  });

  it('are handled though the next activation could not read its inbox at first', async () => {
    await faulty('target').tell.failOnce('first');
    await clock.advance('1s');
    await faulty('target').manage.deactivate();
    store.refusedLooks = 1;
    await faulty('target').all();
    await faulty('target').tell.add('second');
    await clock.advance('10s');
    expect(await faulty('target').all()).to.deep.equal(['first', 'second']);
  });

  it('go on behind one that fails while the activation begins', async () => {
    await (faulty('target').tell as unknown as { nothing(): Promise<void> }).nothing();
    await clock.advance('500ms');
    await faulty('target').manage.deactivate();
    await clock.until(faulty('target').all());
    await faulty('target').tell.add('second');
    await clock.advance('60s');
    expect(await faulty('target').all()).to.deep.equal(['second']);
    expect(await silo.runtime.messages.letters.count()).to.equal(1);
    expect(await store.inbox(id, 9)).to.deep.equal([]);
  });

  it('run from there alone: when one comes again meanwhile, that is no attempt of its own', async () => {
    await faulty('target').tell.succeedAtTheSecond('once');
    await clock.advance('100ms');
    await silo.queues.repeat();
    await clock.advance('10ms');
    expect(calls).to.equal(1);
    await clock.advance('3s');
    opening.open();
    await clock.advance('1s');
    expect([await faulty('target').all(), calls]).to.deep.equal([['once'], 2]);
    expect(await silo.runtime.messages.letters.count()).to.equal(0);
    expect(await store.inbox(id, 9)).to.deep.equal([]);
  });

  it('for what is degraded wait, also at their only attempt', async () => {
    await faulty('target').tell.meetDegraded('later');
    await clock.advance('1s');
    expect(await faulty('target').all()).to.deep.equal([]);
    await clock.advance('2s');
    expect(await faulty('target').all()).to.deep.equal(['later']);
  });

  it('leave it while others of their sender still wait: it does not grow for ever', async () => {
    await faulty('target').tell.failOnce('first');
    for (let i = 0; i < 600; i++) await faulty('target').tell.add(String(i));
    await faulty('target').tell.block();
    await clock.advance('5s');
    expect(await store.inbox(id, 1000)).to.have.length.below(400);
    opening.open();
    await clock.advance('1s');
    expect([(await faulty('target').all()).length, await store.inbox(id, 9)]).to.deep.equal([601, []]);
  });

  it('of two senders whose names resemble each other are told apart', async () => {
    const drum = await faulty('target').manage.addComponent(Drum);
    await clock.until(faulty('a').passOn('target', 'to the component', drum.id.component));
    await clock.advance('100ms');
    await clock.until(faulty(`a>${drum.id.component}`).passOn('target', 'to the actor'));
    await clock.advance('1s');
    expect([await faulty('target').all(), await drum.all()]).to.deep.equal([['to the actor'], ['to the component']]);
  });

  it('go to a component by its class or tag as calls do', async () => {
    const drum = await faulty('target').manage.addComponent(Drum, { tags: ['loud'] });
    await faulty('target').getComponent(Drum).tell.beat('by class');
    await faulty('target').findComponent(Drum, 'loud').tell.beat('by tag');
    await clock.advance('1s');
    expect(await drum.all()).to.deep.equal(['by class', 'by tag']);
    expect(await silo.runtime.messages.letters.count()).to.equal(0);
  });
});
