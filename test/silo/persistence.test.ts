import { expect } from 'chai';
import { Actor, ActorEvent, Component, ConfigurationError, On, ReadOnly, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';

@ActorEvent('persistence-noted')
class Noted {}

class Counting {
  @State() count = 0;
  @State() names: string[] = [];
  constructor(protected readonly ctx: ActorContext<Counting>) {}
  add(name: string): number {
    this.names.push(name);
    return ++this.count;
  }
  async addAndSave(name: string, thenFail = false): Promise<number> {
    this.add(name);
    await this.ctx.save();
    this.add(`${name} after`);
    if (thenFail) throw new RangeError('after the save point');
    return this.count;
  }
  async addAndFail(name: string): Promise<never> {
    this.add(name);
    throw new RangeError('no');
  }
  async addAndEmit(name: string): Promise<void> {
    this.add(name);
    await this.ctx.emit(new Noted());
  }
  async saveUnderKey(): Promise<void> {
    await this.ctx.save();
  }
  @ReadOnly() async saveReading(): Promise<void> {
    await this.ctx.save();
  }
  async saveTooLate(): Promise<void> {
    setImmediate(() => void this.ctx.save().catch((error: unknown) => (stray.error = error)).finally(() => stray.done()));
  }
  @ReadOnly() get(): { count: number; names: string[] } {
    return { count: this.count, names: this.names };
  }
  @On(Noted, { from: 'self' }) protected heard(): void {
    this.names.push('heard');
  }
}

const stray: { error: unknown; done: () => void } = { error: undefined, done: () => undefined };

@Actor({ name: 'counting-turn' })
class InTurn extends Counting {}
@Actor({ name: 'counting-lazy', persistence: 'lazy' })
class Lazily extends Counting {}
@Actor({ name: 'counting-manual', persistence: 'manual' })
class Manually extends Counting {}

@Component({ name: 'Scratch', isolation: 'inline', persistence: 'manual' })
class Scratch {
  @State() marks = 0;
  constructor(private readonly ctx: ComponentContext<Scratch, Mixed>) {}
  mark(): number {
    return ++this.marks;
  }
  async markAndSave(): Promise<void> {
    this.marks++;
    await this.ctx.save();
  }
}
@Actor({ name: 'counting-mixed', components: [Scratch] })
class Mixed extends Counting {
  async markAndAdd(name: string): Promise<void> {
    await (this.ctx as unknown as ActorContext<Mixed>).self.getComponent(Scratch).mark();
    this.add(name);
  }
}

const CLASSES = [InTurn, Lazily, Manually, Mixed];

/** What the next silo finds when this one dies now. */
async function savedAfterCrash(silo: TestSilo, type: string): Promise<{ count: number; names: string[] }> {
  silo.runtime.abandon('crash');
  const next = memorySilo(CLASSES, { store: silo.store });
  const saved = await (next.runtime.actor(type, 'a') as unknown as { get(): Promise<{ count: number; names: string[] }> }).get();
  await next.runtime.stop();
  return saved;
}

describe('persistence', () => {
  const clock = new VirtualClock();
  let store: MemoryStateStore;
  let silo: TestSilo;
  beforeEach(() => {
    store = new MemoryStateStore(clock);
    silo = memorySilo(CLASSES, { store, clock });
  });
  afterEach(() => silo.runtime.abandon('over'));

  it('turn: what was acknowledged survives a crash', async () => {
    await silo.actor(InTurn, 'a').add('one');
    expect(await savedAfterCrash(silo, 'counting-turn')).to.deep.equal({ count: 1, names: ['one'] });
  });

  it('lazy: a crash loses what is younger than a second, nothing older', async () => {
    const actor = silo.actor(Lazily, 'a');
    await actor.add('old');
    expect(silo.runtime.statistics.commits).to.equal(0);
    await clock.advance(1000);
    expect(silo.runtime.statistics.commits).to.equal(1);
    await actor.add('young');
    expect(await savedAfterCrash(silo, 'counting-lazy')).to.deep.equal({ count: 1, names: ['old'] });
  });

  it('lazy: an actor that sleeps loses nothing', async () => {
    await silo.actor(Lazily, 'a').add('one');
    await silo.actor(Lazily, 'a').manage.deactivate();
    expect(await savedAfterCrash(silo, 'counting-lazy')).to.deep.equal({ count: 1, names: ['one'] });
  });

  it('manual: only ctx.save() saves; sleep forgets the rest', async () => {
    const actor = silo.actor(Manually, 'a');
    await actor.add('unsaved');
    await clock.advance('1h');
    expect(await actor.get()).to.deep.equal({ count: 0, names: [] });
    await actor.add('kept');
    await actor.addAndSave('saved');
    expect(await savedAfterCrash(silo, 'counting-manual')).to.deep.equal({ count: 2, names: ['kept', 'saved'] });
  });

  for (const Class of [Lazily, Manually]) {
    const name = Class === Lazily ? 'lazy' : 'manual';
    describe(name, () => {
      it('a throw returns to the start of its unit, not to an earlier save', async () => {
        const actor = silo.actor(Class, 'a');
        await actor.add('one');
        await failure(actor.addAndFail('two'));
        expect(await actor.get()).to.deep.equal({ count: 1, names: ['one'] });
      });

      it('a unit with an idempotency key is saved before its reply, with all that came before', async () => {
        await silo.actor(Class, 'a').add('one');
        await silo.actor(Class, 'a').with({ idempotencyKey: 'k' }).add('two');
        expect(await savedAfterCrash(silo, `counting-${name}`)).to.deep.equal({ count: 2, names: ['one', 'two'] });
      });

      it('a unit that emits is saved with its event', async () => {
        await silo.actor(Class, 'a').addAndEmit('one');
        silo.runtime.abandon('crash');
        const next = memorySilo(CLASSES, { store, clock });
        await next.actor(Class, 'a').manage.deactivate();
        await next.actor(Class, 'a').get();
        await next.actor(Class, 'a').manage.deactivate();
        expect(await next.actor(Class, 'a').get()).to.deep.equal({ count: 1, names: ['one', 'heard'] });
        next.runtime.abandon('over');
      });
    });
  }

  it('manual component: its changes go with the next commit of its actor, or with ctx.save()', async () => {
    const actor = silo.actor(Mixed, 'a');
    await actor.getComponent(Scratch).mark();
    expect(silo.runtime.statistics.commits).to.equal(0);
    await actor.add('one');
    await actor.getComponent(Scratch).markAndSave();
    await actor.getComponent(Scratch).mark();
    silo.runtime.abandon('crash');
    const next = memorySilo(CLASSES, { store, clock });
    expect(await next.actor(Mixed, 'a').getComponent(Scratch).mark()).to.equal(3);
    next.runtime.abandon('over');
  });

  describe('ctx.save', () => {
    it('is a save point: a later throw returns only to it', async () => {
      const actor = silo.actor(InTurn, 'a');
      expect((await failure(actor.addAndSave('one', true))).message).to.equal('after the save point');
      expect(await actor.get()).to.deep.equal({ count: 1, names: ['one'] });
      expect(await savedAfterCrash(silo, 'counting-turn')).to.deep.equal({ count: 1, names: ['one'] });
    });

    it('commits twice when something changed after it, once when nothing did', async () => {
      await silo.actor(InTurn, 'a').addAndSave('one');
      expect(silo.runtime.statistics.commits).to.equal(2);
      await silo.actor(Manually, 'b').addAndSave('one');
      expect(silo.runtime.statistics.commits).to.equal(3);
    });

    it('is refused under an idempotency key, in a read-only turn and after the turn, by name', async () => {
      const actor = silo.actor(InTurn, 'a');
      const expected = [
        [() => actor.with({ idempotencyKey: 'k' }).saveUnderKey(), 'ctx.save: saveUnderKey runs under an idempotency key, or handles an event or a message; all of it is saved together at its end'],
        [() => actor.saveReading(), 'ctx.save: saveReading is @ReadOnly; it changes nothing that could be saved'],
      ] as const;
      for (const [call, message] of expected) {
        const error = await failure(call());
        expect(error).to.be.instanceOf(ConfigurationError);
        expect(error.message).to.equal(message);
      }
      const done = new Promise<void>((resolve) => (stray.done = resolve));
      await actor.saveTooLate();
      await done;
      expect(stray.error).to.be.instanceOf(ConfigurationError);
      expect((stray.error as Error).message).to.match(/^ctx\.save: the turn counting-turn\/a\.saveTooLate is over\./);
    });

    it('fails the unit whose save point was refused by the store, also when the turn goes on', async () => {
      @Actor({ name: 'stubborn' })
      class Stubborn {
        @State() count = 0;
        constructor(private readonly ctx: ActorContext<Stubborn>) {}
        async add(): Promise<number> {
          this.count++;
          await this.ctx.save().catch(() => undefined);
          return ++this.count;
        }
        @ReadOnly() get(): number {
          return this.count;
        }
      }
      const owner = memorySilo([Stubborn], { store, clock });
      await owner.actor(Stubborn, 'a').get();
      const thief = memorySilo([Stubborn], { store, clock });
      await thief.actor(Stubborn, 'a').get();
      expect(await failure(owner.actor(Stubborn, 'a').add())).to.include({ code: 'ERR_STALE_EPOCH' });
      expect(await thief.actor(Stubborn, 'a').add()).to.equal(2);
      owner.runtime.abandon('over');
      thief.runtime.abandon('over');
    });
  });
});
