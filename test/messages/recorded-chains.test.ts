// Calls that are recorded (durable ones, those with an idempotency key) whose method hands over: the record names the chain, and whoever makes the
// call again gets the end of that (R4 in silo/messages/replies.ts, O6 in silo/activation/operations.ts).
import { expect } from 'chai';
import { Actor, Delivery, ReadOnly, SiloUnavailableError, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { storedEntries } from '../../silo/messages/stored-message.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { failure, gate, memorySilo, RecordingLogger, type TestSilo } from '../support/memory-silo.js';

const world = { runs: [] as string[], during: (_run: string): unknown => undefined, failures: 0 };

@Actor({ name: 'rc-step' })
class Step {
  @State() steps: number[] = [];
  constructor(private readonly ctx: ActorContext<Step>) {}

  @Delivery({ attempts: 5, backoff: '1s' }) async walk(path: string, n = 1): Promise<string> {
    world.runs.push(`${this.ctx.key}${n}`);
    this.steps.push(n);
    await world.during(`${this.ctx.key}${n}`);
    if (path === '!') throw new RangeError('no way on');
    return path === '' ? `${this.ctx.key} after ${n}` : this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1), n + 1);
  }
  @ReadOnly() all(): number[] {
    return this.steps;
  }
}

@Actor({ name: 'rc-walker' })
class Walker {
  @State() results: string[] = [];
  constructor(private readonly ctx: ActorContext<Walker>) {}

  @Delivery({ attempts: 5, backoff: '1s' }) async go(path: string): Promise<void> {
    this.results.push(await this.ctx.actor(Step, 'a').with({ durable: true }).walk(path));
    if (world.failures-- > 0) throw new RangeError('after the walk');
  }
  @ReadOnly() all(): string[] {
    return this.results;
  }
}

const STEP = { type: 'rc-step', key: 'a' };

beforeEach(() => void Object.assign(world, { runs: [], during: () => undefined, failures: 0 }));

describe('recorded calls that hand over', () => {
  let clock: VirtualClock;
  let records: MemoryMessageRecords;
  let silo: TestSilo;
  let kept: string[];
  beforeEach(() => {
    clock = new VirtualClock();
    records = new MemoryMessageRecords(clock);
    kept = [];
    const { keep } = records.chainEnds;
    records.chainEnds.keep = (id, end) => {
      kept.push(id);
      return keep.call(records.chainEnds, id, end);
    };
    silo = memorySilo([Step, Walker], { clock, records, random: () => 0.5 });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance(20_000);
    await stopped;
  });
  const step = (key: string): Handle<Step> => silo.actor(Step, key);
  const walker = (): Handle<Walker> => silo.actor(Walker, 'w');
  const found = async (): Promise<readonly unknown[]> => Promise.all(kept.map((id) => records.chainEnds.find(id)));

  it('return what the last step returns', async () => {
    expect(await clock.until(step('a').with({ durable: true }).walk('bca'), '1s')).to.equal('a after 4');
    expect(await clock.until(step('a').with({ idempotencyKey: 'k' }).walk('b'), '1s')).to.equal('b after 2');
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3', 'a4', 'a1', 'b2']);
  });

  it('with an idempotency key return it again, however often they are made, also in a later activation', async () => {
    const walk = (): Promise<string> => clock.until(step('a').with({ idempotencyKey: 'k' }).walk('bc'), '1s');
    const first = walk();
    expect(await Promise.all([first, walk()])).to.deep.equal(['c after 3', 'c after 3']);
    silo.runtime.catalog.get(STEP)!.lose('the test says so');
    expect(await walk()).to.equal('c after 3');
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3']);
  });

  it('that fail in the end fail so again', async () => {
    const walk = (): Promise<Error> => clock.until(failure(step('a').with({ idempotencyKey: 'k' }).walk('b!')), '1s');
    expect([(await walk()).message, (await walk()).message]).to.deep.equal(['no way on', 'no way on']);
    expect(world.runs).to.deep.equal(['a1', 'b2']);
    expect(await step('b').all(), 'undone').to.deep.equal([]);
  });

  it('that others are to blame for to the last attempt fail with that at once, and so again, also from other silos', async () => {
    world.during = (run) => {
      if (run === 'b2') throw new SiloUnavailableError('somebody is away');
    };
    const told = (error: Error): unknown => [error.name, (error as { remoteName?: string }).remoteName, error.message];
    const end = ['RemoteError', 'SiloUnavailableError', 'somebody is away'];
    const durable = step('a').with({ durable: true, timeout: '10m' }).walk('b');
    expect(told(await clock.until(failure(durable), '1s'))).to.deep.equal(['RemoteError', 'SiloUnavailableError', 'somebody is away']);
    expect(clock.monotonicMs(), 'its attempts are over').to.be.below(60_000);
    const keyed = (): Promise<unknown> => step('a').with({ idempotencyKey: 'k' }).walk('b');
    expect(told(await clock.until(failure(keyed()), '1s'))).to.deep.equal(end);
    const deadlineMs = clock.monotonicMs() + 5000;
    const far = silo.runtime['router'].deliverFar({ kind: 'call', target: STEP, method: 'walk', args: ['b'], idempotencyKey: 'k', deadlineMs, timeoutMs: 5000, hops: 1 });
    const answer = new Promise<Error>((resolve) => far.tell({ succeeded: () => undefined, failed: (_, error) => resolve(error as Error) }));
    expect(told(await clock.until(answer, '1s'))).to.deep.equal(end);
  });

  it('that come as a message, too, keep no later one waiting until their chain ends', async () => {
    const [hold, entered] = [gate(), gate()];
    world.during = (run) => (run === 'b2' ? (entered.open(), hold.opened) : undefined);
    const call = step('a').with({ durable: true }).walk('b');
    await clock.until(entered.opened);
    const stored = storedEntries(await silo.store.outbox({ type: '@silo', key: silo.membership.incarnation }, 10), silo.runtime.codec);
    const [message] = stored.flatMap((each) => (each.message.to === 'one' ? [each.message] : []));
    const later = silo.runtime.codec.encode({ kind: 'tell', method: 'walk', args: ['', 9] }, 'args');
    for (const [i, payload] of [message!.payload, later].entries()) {
      const delivery = { sender: { type: '@silo', key: 'a dead one' }, sequence: i + 1, low: 1, listener: STEP, ordinal: 0, total: 1, payload };
      await clock.until(silo.runtime.messages.outbound.add([delivery]));
      await clock.advance('2s');
    }
    expect(world.runs, 'the later one').to.deep.equal(['a1', 'b2', 'a9']);
    hold.open();
    expect(await clock.until(call)).to.equal('b after 2');
  });

  it('leave nothing behind when they were durable and have their result', async () => {
    await clock.until(step('a').with({ durable: true }).walk('b'), '1s');
    await clock.until(step('a').with({ durable: true }).walk(''), '1s');
    await clock.advance('1s');
    await clock.until(step('a').with({ durable: true }).walk(''), '1s');
    expect(kept).to.have.length(1);
    expect(await found()).to.deep.equal([undefined]);
    expect(await silo.store.operations(STEP)).to.have.length.at.most(1);
  });

  it('leave nothing behind when they were durable and their chain has failed', async () => {
    for (let i = 0; i < 3; i++) expect((await clock.until(failure(step('a').with({ durable: true }).walk('b!')), '1s')).message).to.equal('no way on');
    await clock.advance('1s');
    expect([kept.length, (await silo.store.operations(STEP)).length, await found()]).to.deep.equal([3, 1, [undefined, undefined, undefined]]);
  });

  it('of a message whose turn is run again are not walked again: it gets the same end', async () => {
    world.failures = 2;
    await walker().tell.go('bc');
    await clock.advance('30s');
    expect(await walker().all()).to.deep.equal(['c after 3']);
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3']);
  });

  it('of a message that is run again while the chain goes on wait for its end', async () => {
    const hold = gate();
    world.during = (run) => (run === 'b2' ? hold.opened : undefined);
    const walk = (): Promise<string> => clock.until(step('a').with({ idempotencyKey: 'k' }).walk('b'), '1s');
    const calls = [walk(), walk()];
    await clock.advance('3s');
    silo.runtime.catalog.get(STEP)!.lose('the test says so');
    calls.push(walk());
    await clock.advance('3s');
    hold.open();
    expect(await Promise.all(calls)).to.deep.equal(['b after 2', 'b after 2', 'b after 2']);
    expect(world.runs).to.deep.equal(['a1', 'b2']);
  });
});

describe('recorded calls that hand over, among silos', () => {
  let cluster: TestCluster;
  beforeEach(async () => (cluster = await startTestCluster({ modules: [Step, Walker], silos: 3, seed: 13, log: new RecordingLogger() })));
  afterEach(() => cluster.stop());
  const hostOf = (actor: string) => cluster.silos.find((silo) => silo.isUp && silo.activations().includes(actor))!;

  it('return the end of the chain when the silo of the first step is killed after it has handed over', async () => {
    const hold = gate();
    const entered = gate();
    world.during = (run) => (run === 'b2' ? (entered.open(), hold.opened) : undefined);
    await cluster.clock.until(Promise.all(['a', 'b'].map((key) => cluster.actor(Step, key).all())));
    let first = hostOf('rc-step/a');
    // The second step lives on.
    for (let n = 0; hostOf('rc-step/b') === first && n < 20; n++) {
      await cluster.clock.until(cluster.actor(Step, 'a').manage.deactivate());
      await cluster.clock.until(cluster.actor(Step, 'a').all());
      first = hostOf('rc-step/a');
    }
    const from = cluster.silos.find((silo) => silo !== first && silo.isUp)!;
    const walking = from.actor(Step, 'a').with({ durable: true }).walk('b');
    await cluster.clock.until(entered.opened);
    cluster.kill(first.name);
    await cluster.clock.advance('5s');
    hold.open();
    expect(await cluster.clock.until(walking, '100ms')).to.equal('b after 2');
    expect(world.runs.filter((run) => run === 'a1')).to.have.length(1);
    expect(await cluster.clock.until(cluster.actor(Step, 'a').all(), '100ms')).to.deep.equal([1]);
  });
});
