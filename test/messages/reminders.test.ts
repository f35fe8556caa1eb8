import { expect } from 'chai';
import { Actor, Component, OnReminder, ReadOnly, State, type ActorContext, type ComponentContext, type Handle, type ReminderFiring, type ReminderInfo, type ReminderSpec } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo, RecordingLogger, type TestSilo } from '../support/memory-silo.js';

let opened = gate();

@Component({ name: 'Alarm', isolation: 'inline' })
class Alarm {
  @State() rung: unknown[] = [];
  constructor(private readonly ctx: ComponentContext<Alarm>) {}
  async setIn(ms: number): Promise<void> {
    await this.ctx.remind('ring', { in: ms }, { of: 'alarm' });
  }
  @OnReminder('ring') protected onRing(payload: unknown): void {
    this.rung.push(payload);
  }
  @ReadOnly() all(): unknown[] {
    return this.rung;
  }
}

@Actor({ name: 'reminded', components: [Alarm] })
class Reminded {
  @State() firings: { payload: unknown; due: number; missed: number }[] = [];
  @State() failures = 0;
  constructor(private readonly ctx: ActorContext<Reminded>) {}
  async set(spec: ReminderSpec, payload?: unknown, name = 'rent'): Promise<void> {
    await this.ctx.remind(name, spec, payload);
  }
  async setAndFail(spec: ReminderSpec): Promise<void> {
    await this.ctx.remind('rent', spec);
    throw new RangeError('after setting');
  }
  async setWhenOpened(payload: unknown): Promise<void> {
    await opened.opened;
    await this.ctx.remind('rent', { in: '1m' }, payload);
  }
  async cancel(): Promise<void> {
    await this.ctx.cancelReminder('rent');
  }
  list(): Promise<readonly ReminderInfo[]> {
    return this.ctx.reminders();
  }
  @OnReminder('rent') protected async onRent(payload: unknown, { due, missed }: ReminderFiring): Promise<void> {
    if (payload === 'poison') throw new RangeError('poisoned');
    if (payload === 'again') await this.ctx.remind('rent', { in: '10s' }, 'last');
    this.firings.push({ payload, due, missed });
  }
  @OnReminder('ring') protected onRing(payload: unknown): void {
    this.firings.push({ payload, due: 0, missed: 0 });
  }
  @ReadOnly() all(): { payload: unknown; due: number; missed: number }[] {
    return this.firings;
  }
}

describe('reminders', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  const reminded = (): Handle<Reminded> => silo.actor(Reminded, 'r');
  const payloads = async (): Promise<unknown[]> => (await reminded().all()).map(({ payload }) => payload);
  beforeEach(() => {
    clock = new VirtualClock();
    silo = memorySilo([Reminded], { clock, random: () => 0.5 });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance('20s');
    await stopped;
  });

  it('come when they are due, once, with what they were set with, also to an actor that sleeps', async () => {
    const settled: string[] = [];
    const settle = silo.store.settle.bind(silo.store);
    silo.store.settle = (id, sequences) => (settled.push(id.type), settle(id, sequences));
    await reminded().set({ in: '1m' }, { amount: 7 });
    const due = clock.now() + 60_000;
    await reminded().manage.deactivate();
    await clock.advance('59s');
    expect(silo.runtime.catalog.all()).to.deep.equal([]);
    await clock.advance('2s');
    expect(await reminded().all()).to.deep.equal([{ payload: { amount: 7 }, due, missed: 0 }]);
    await clock.advance('1h');
    expect(await reminded().all()).to.have.length(1);
    expect(await reminded().list()).to.deep.equal([]);
    // A firing stands in no outbox that it could leave: the store is not asked.
    expect(settled.every((type) => type === 'reminded')).to.equal(true);
  });

  it('that a turn set which threw are not set', async () => {
    await failure(reminded().setAndFail({ in: '1s' }));
    await clock.advance('10s');
    expect(await payloads()).to.deep.equal([]);
  });

  it('that repeat go on from due time to due time, and give the number of those that were missed', async () => {
    await reminded().set({ every: '10s' });
    const start = clock.now();
    await clock.advance('35s');
    expect((await reminded().all()).map(({ due }) => due - start)).to.deep.equal([10_000, 20_000, 30_000]);
    expect((await reminded().list()).map(({ name, spec, due }) => [name, spec, due - start])).to.deep.equal([['rent', { every: 10_000 }, 40_000]]);
  });

  it('whose firings come again do nothing again, also in a later activation', async () => {
    await reminded().set({ every: '10s' });
    await clock.advance('15s');
    await reminded().manage.deactivate();
    // That of the second due time is in its queue; the first one comes again.
    expect(await silo.queues.repeat(1)).to.equal(2);
    await clock.advance('1s');
    expect(await reminded().all()).to.have.length(1);
    expect(await reminded().list()).to.have.length(1);
  });

  it('that are set anew or cancelled do not come as they were', async () => {
    await reminded().set({ in: '10s' }, 'old');
    await reminded().set({ in: '20s' }, 'new');
    await clock.advance('15s');
    expect(await payloads()).to.deep.equal([]);
    await clock.advance('10s');
    expect(await payloads()).to.deep.equal(['new']);
    await reminded().set({ every: '10s' }, 'cancelled');
    await reminded().cancel();
    await clock.advance('1m');
    expect(await payloads()).to.deep.equal(['new']);
  });

  it('that are set anew while a firing waits for its turn stay set', async () => {
    opened = gate();
    await reminded().set({ in: '10s' }, 'first');
    const set = reminded().setWhenOpened('second');
    await clock.advance('11s');
    opened.open();
    await clock.advance('1s');
    await set;
    expect(await payloads()).to.deep.equal(['first']);
    expect(await reminded().list()).to.have.length(1);
    await clock.advance('2m');
    expect(await payloads()).to.deep.equal(['first', 'second']);
  });

  it('can be set anew by their own handler', async () => {
    await reminded().set({ in: '10s' }, 'again');
    await clock.advance('1m');
    expect(await payloads()).to.deep.equal(['again', 'last']);
  });

  it('whose handler fails to the last attempt are dead letters, and go on if they repeat', async () => {
    await reminded().set({ every: '1m' }, 'poison');
    await clock.advance('2m');
    await clock.advance('10s');
    const { letters } = await silo.runtime.messages.letters.list();
    expect(letters.map(({ reminder, error }) => [reminder, error.message])).to.deep.equal([['rent', 'poisoned'], ['rent', 'poisoned']]);
  });

  it('belong to the entity that set them: an actor and its component may have one of a name each', async () => {
    const alarm = reminded().getComponent<Alarm>('Alarm');
    await alarm.setIn(1000);
    await reminded().set({ in: '2s' }, 'of the actor', 'ring');
    await clock.advance('5s');
    expect([await alarm.all(), await payloads()]).to.deep.equal([[{ of: 'alarm' }], ['of the actor']]);
  });

  it('follow cron patterns in their time zone over a change to daylight saving', async () => {
    // In 2026 clocks in Berlin go forward on 29 March: 2 h UTC+1 before, UTC+2 after.
    const before = Date.UTC(2026, 2, 28, 12);
    clock = new VirtualClock(before);
    silo = memorySilo([Reminded], { clock });
    await reminded().set({ cron: '0 9 * * *', timezone: 'Europe/Berlin' });
    await clock.advance('2d');
    expect((await reminded().all()).map(({ due }) => new Date(due).toISOString())).to.deep.equal(['2026-03-29T07:00:00.000Z', '2026-03-30T07:00:00.000Z']);
  });

  it('are refused when nothing would hear them, or they say no time', async () => {
    const refused = async (spec: unknown, name?: string): Promise<string> => (await failure(reminded().set(spec as ReminderSpec, undefined, name))).message;
    expect(await refused({ in: '1s' }, 'other')).to.match(/no method has @OnReminder\('other'\)/);
    expect(await refused({})).to.match(/exactly one of/);
    expect(await refused({ in: '1s', every: '1s' })).to.match(/exactly one of/);
    expect(await refused({ cron: 'every day' })).to.match(/no cron pattern/);
    expect(await refused({ cron: '0 9 * * *', timezone: 'Nowhere/City' })).to.match(/no cron pattern/);
    expect(await refused({ cron: '0 0 31 2 *' })).to.match(/never due/);
  });

  it('make no burst after an outage: one comes, and says how many it stands for', async () => {
    const cluster = await startTestCluster({ modules: [Reminded], silos: 2, seed: 5, log: new RecordingLogger() });
    await cluster.clock.until(cluster.actor(Reminded, 'r').set({ every: '1m' }), '30s');
    for (const { name } of cluster.silos) cluster.kill(name);
    await cluster.clock.advance('10m');
    await cluster.add('late');
    await cluster.clock.advance('45s');
    const firings = await cluster.clock.until(cluster.actor(Reminded, 'r').all(), '30s');
    expect(firings).to.have.length(1);
    expect(firings[0]!.missed).to.be.within(8, 10);
    await cluster.clock.advance('3m');
    expect(await cluster.clock.until(cluster.actor(Reminded, 'r').all(), '30s')).to.have.length(4);
    await cluster.stop();
  });
});
