// Plain calls that the turn of a durable call makes (NE1 to NE4 in silo/messages/nested-calls.ts, O7 in silo/activation/operations.ts): when that turn is run
// again they are not repeated, and it gets what it got.
import { expect } from 'chai';
import { LinkLostError, SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { startTestCluster, type TestCluster, type TestSilo } from '../../silo/testing/index.js';
import { failure, gate, memorySilo, RecordingLogger, type TestSilo as Silo } from '../support/memory-silo.js';
import { Clerk, Desk, desk, Ledger, resetDesk } from './fixtures/desk.fixture.js';

describe('plain calls that serve a durable call', () => {
  let clock: VirtualClock;
  let silo: Silo;
  beforeEach(() => {
    clock = new VirtualClock();
    silo = memorySilo([Desk, Ledger, Clerk], { clock, random: () => 0.5 });
  });
  afterEach(async () => {
    desk.after?.open();
    await clock.until(silo.runtime.stop(), '1s');
  });

  const work = (): Promise<unknown> => clock.until(silo.actor(Desk, 'desk').with({ durable: true }).work());
  const sum = (key: string): Promise<number> => clock.until(silo.actor(Ledger, key).total());
  const kept = async (key: string): Promise<readonly string[]> => (await silo.store.operations({ type: 'ledger', key })).map(({ scope }) => scope);
  /** What was acknowledged goes with the next commit. */
  const commit = (key: string): Promise<unknown> => clock.until(silo.actor(Ledger, key).with({ idempotencyKey: `k${clock.now()}` }).add(0));

  it('are not repeated when that is made again: its turn gets the results that it got', async () => {
    resetDesk(async (ledger) => [await ledger('a').add(1), await ledger('b').add(5)]);
    desk.refusals = 2;
    expect(await work()).to.deep.equal([1, 5]);
    expect([desk.runs, await sum('a'), await sum('b')]).to.deep.equal([['a+1', 'b+5'], 1, 5].map((each) => (Array.isArray(each) ? [...each, 'a?', 'b?'] : each)));
  });

  it('nor what those call in turn, at any depth', async () => {
    resetDesk((ledger) => ledger('a').addBoth('b', 2));
    desk.refusals = 2;
    expect(await work()).to.equal(4);
    expect([await sum('a'), await sum('b')]).to.deep.equal([2, 2]);
  });

  it('nor what those had called before they failed themselves', async () => {
    resetDesk((ledger) => ledger('a').addSurely('b', 2));
    desk.refusals = 2;
    expect(await work(), 'the durable call that a plain one made has its id from there').to.equal(2);
    expect([desk.runs, await sum('b')]).to.deep.equal([['b+2', 'b?'], 2]);
  });

  it('are as many as were made, also of equal ones, in whatever order they come the next time', async () => {
    let run = 0;
    resetDesk(async (ledger) => {
      for (const key of run++ === 0 ? ['a', 'b', 'a'] : ['b', 'a', 'a']) await ledger(key).add(1);
      if (run > 1) await ledger('b').add(1);
    });
    desk.refusals = 1;
    await work();
    expect([await sum('a'), await sum('b')]).to.deep.equal([2, 2]);
  });

  it('are not repeated where several are under way to one actor, whose unit they share', async () => {
    resetDesk((ledger) => Promise.all([ledger('a').addBoth('b', 1), ledger('a').add(5), ledger('a').addBoth('a', 10)]));
    desk.refusals = 2;
    await work();
    expect([await sum('a'), await sum('b'), desk.runs.filter((run) => run.includes('+')).sort()]).to.deep.equal([26, 1, ['a+1', 'a+10', 'a+10', 'a+5', 'b+1']]);
  });

  it('are not repeated behind a service, nor behind a method that only reads', async () => {
    resetDesk(async (ledger, ctx) => [await ctx.service(Clerk).add('a', 1), await ledger('b').addElsewhere('c', 2)]);
    desk.refusals = 2;
    expect(await work()).to.deep.equal([1, 2]);
    expect([await sum('a'), await sum('c')]).to.deep.equal([1, 2]);
  });

  it('are made anew where the method only reads, or has thrown', async () => {
    resetDesk(async (ledger) => [await ledger('a').total(), (await failure(ledger('b').add(-1))).name]);
    desk.refusals = 1;
    expect(await work()).to.deep.equal([0, 'RangeError']);
    expect(desk.runs).to.deep.equal(['a?', 'b+-1', 'a?', 'b+-1']);
  });

  it('back to the actor that waits for it count once, too', async () => {
    resetDesk((ledger) => ledger('a').add(3));
    desk.refusals = 2;
    expect(await clock.until(silo.actor(Ledger, 'a').ask())).to.equal(3);
    expect([desk.runs, await sum('a')]).to.deep.equal([['a+3', 'a?'], 3]);
  });

  it('that have called back into the turn of the durable call are made anew with it: what they did there was undone', async () => {
    resetDesk((ledger) => Promise.all([ledger('a').addAndNote(1), ledger('b').add(1)]));
    desk.refusals = 1;
    expect(await work()).to.deep.equal([2, 2]);
    expect(await clock.until(silo.actor(Desk, 'desk').all())).to.deep.equal(['noted', [2, 2]]);
  });

  it('back to a durable call that has made another one count once in its turn', async () => {
    let run = 0;
    resetDesk(async (ledger) => {
      const sum = await ledger('a').add(3);
      if (run++ === 0) throw new SiloUnavailableError('not now');
      return sum;
    });
    expect(await clock.until(silo.actor(Ledger, 'a').with({ durable: true }).ask())).to.equal(3);
    expect([desk.runs, await sum('a')]).to.deep.equal([['a+3', 'a?'], 3]);
  });

  it('may save what they did so far, as other calls may', async () => {
    resetDesk((ledger) => ledger('a').addAndSave(3));
    desk.refusals = 1;
    expect(await work()).to.equal(3);
    expect(await sum('a')).to.equal(3);
  });

  it('leave no record at their callees when the turn ran once, whether it returned or threw', async () => {
    resetDesk((ledger) => ledger('a').addBoth('b', 2));
    await work();
    desk.last = new RangeError('after all');
    expect(await failure(work())).to.be.instanceOf(RangeError);
    await clock.advance('100ms');
    for (const key of ['a', 'b']) {
      await commit(key);
      expect(await kept(key), key).to.not.include('durable');
    }
  });

  it('leave none where they called back, either', async () => {
    resetDesk((ledger) => ledger('a').addAndNote(1));
    desk.after = gate();
    const working = work();
    await clock.until(desk.called.opened);
    // Who called back is through, and says so, before the turn is.
    await clock.advance('1s');
    desk.after.open();
    await working;
    await clock.advance('1s');
    await clock.until(silo.actor(Desk, 'desk').with({ idempotencyKey: 'next' }).note());
    expect((await silo.store.operations({ type: 'desk', key: 'desk' })).map(({ scope }) => scope)).to.not.include('durable');
  });

  it('keep their records where the turn was run again: who runs it yet must find them', async () => {
    let run = 0;
    resetDesk(async (ledger) => {
      const sum = await ledger('a').add(1);
      if (run++ === 0) silo.runtime.catalog.get({ type: 'desk', key: 'desk' })!.lose('the test says so');
      return sum;
    });
    expect(await work()).to.equal(1);
    await clock.advance('100ms');
    await commit('a');
    expect(await kept('a')).to.include('durable');
  });

  it('wait, when their turn handles a message, while nobody says whether its actor was called back before', async () => {
    resetDesk((ledger) => ledger('a').add(1));
    desk.after = gate();
    const first = silo.actor(Desk, 'desk').work();
    await clock.until(desk.called.opened);
    await clock.until(failure(silo.actor(Desk, 'desk').with({ durable: true, timeout: '100ms' }).work()), '50ms');
    const { chainEnds } = silo.runtime.messages.records;
    const find = chainEnds.find.bind(chainEnds);
    let asked = 0;
    chainEnds.find = (id) => (++asked > 1000 ? find(id) : Promise.reject(new Error('out of reach')));
    desk.after.open();
    await clock.until(first);
    await clock.advance('500ms');
    expect(asked, 'with pauses').to.be.within(2, 20);
    chainEnds.find = find;
    await clock.advance('1s');
    expect(await sum('a')).to.equal(2);
  });

  it('have none when they serve no durable call', async () => {
    resetDesk((ledger) => ledger('a').addBoth('b', 2));
    await clock.until(silo.actor(Desk, 'desk').work());
    expect([await kept('a'), await kept('b')]).to.deep.equal([[], []]);
  });

  it('are not made by a turn whose actor was lost: the run that took its place may be through', async () => {
    const refused: Error[] = [];
    let run = 0;
    resetDesk(async (ledger) => {
      if (run++ > 0) return ledger('a').add(1);
      desk.called.open();
      await desk.after!.opened;
      refused.push(await failure(ledger('a').add(1)));
      throw new LinkLostError('the first one');
    });
    desk.after = gate();
    const working = silo.actor(Desk, 'desk').with({ durable: true }).work();
    await clock.until(desk.called.opened);
    silo.runtime.catalog.get({ type: 'desk', key: 'desk' })!.lose('the test says so');
    desk.after.open();
    await clock.until(working);
    expect(refused[0]).to.be.instanceOf(StaleEpochError).with.property('message').that.includes('on behalf of a durable one');
    expect(await sum('a')).to.equal(1);
  });
});

describe('plain calls that serve a durable call, among silos', () => {
  let cluster: TestCluster;
  beforeEach(async () => (cluster = await startTestCluster({ modules: [Desk, Ledger, Clerk], silos: 3, seed: 11, log: new RecordingLogger() })));
  afterEach(async () => {
    desk.after?.open();
    await cluster.stop();
  });
  const hostOf = (actor: string): TestSilo => cluster.silos.find((silo) => silo.isUp && silo.activations().includes(actor))!;

  it('are not repeated when the silo of their caller is killed after them', async () => {
    resetDesk(async (ledger) => [await ledger('a').addBoth('b', 1), await ledger('c').add(1), await ledger('d').add(1)]);
    desk.after = gate();
    for (const key of ['a', 'b', 'c', 'd']) await cluster.clock.until(cluster.actor(Ledger, key).total());
    await cluster.clock.until(cluster.actor(Desk, 'desk').all());
    const host = hostOf('desk/desk');
    // Theirs lives on, and so does the caller's.
    const from = cluster.silos.find(({ name }) => name !== host.name)!;
    const working = from.actor(Desk, 'desk').with({ durable: true }).work();
    await cluster.clock.until(desk.called.opened);
    cluster.kill(host.name);
    desk.after.open();
    expect(await cluster.clock.until(working, '100ms')).to.deep.equal([2, 1, 1]);
    for (const key of ['a', 'b', 'c', 'd']) expect(await cluster.clock.until(cluster.actor(Ledger, key).total(), '100ms'), key).to.equal(1);
    expect(desk.runs.filter((run) => run.includes('+')).sort()).to.deep.equal(['a+1', 'b+1', 'c+1', 'd+1']);
  });
});
