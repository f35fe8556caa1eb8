// Messages that meet what nearly never happens: a commit that is split for a duplicate, an owner that was replaced and goes on, a store whose
// answer comes late, a letter that fails anew.
import { expect } from 'chai';
import { Actor, ReadOnly, SiloUnavailableError, State, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Till, world as tills } from './fixtures/till.fixture.js';
import { Counter, Part, seen } from './kept-counter.js';
import { TailSilo } from './tail-silo.js';
import { world as steps } from './tail-steps.js';
import { TillStage } from './till-stage.js';

const late = { runs: 0, activations: 0, hold: gate(), entered: gate() };

@Actor({ name: 'sl-late' })
class Late {
  @State() paid: number[] = [];
  constructor(private readonly ctx: ActorContext<Late>) {}
  /** The first run stands still before it pays. */
  async pay(): Promise<void> {
    if (++late.runs === 1) {
      late.entered.open();
      await late.hold.opened;
    }
    this.paid.push(await this.ctx.actor(Till, 'till').with({ durable: true }).put(1));
  }
  @ReadOnly() all(): number[] {
    return this.paid;
  }
}

@Actor({ name: 'sl-closing' })
class Closing {
  constructor(private readonly ctx: ActorContext<Closing>) {}
  protected onActivate(): void {
    late.activations++;
  }
  async close(): Promise<string> {
    await this.ctx.destroy();
    return 'closed';
  }
}

describe('a step that keeps its turn', () => {
  it('is kept for the next activation also where its commit was split for a duplicate of another', async () => {
    seen.reset();
    const clock = new VirtualClock();
    const silo = memorySilo([Counter], { clock, random: () => 0.5 });
    const ID = { type: 'kept-counter', key: 'c' };
    const counter = silo.actor(Counter, 'c');
    const activation = () => silo.runtime.catalog.get(ID)!;
    const mark = { sender: 'm>kept-counter/c', low: 1, ids: [1] };
    await clock.until(counter.add('first'));
    await clock.until(activation().commits.bury({ mark }, []));
    const [slow, isCommitting, stuck] = [gate(), gate(), gate()];
    const commit = silo.store.commit.bind(silo.store);
    let isSlow = true;
    silo.store.commit = async (request) => {
      if (isSlow) {
        isSlow = false;
        isCommitting.open();
        await slow.opened;
      }
      return commit(request);
    };
    seen.during = (run) => (run === 'step 0' && seen.order.filter((each) => each === run).length === 1 ? stuck.opened : undefined);
    // One commit is under way; the duplicate and the hand-over wait for it and go together.
    const part = (counter.getComponent(Part)).add('y');
    await isCommitting.opened;
    const duplicate = failure(activation().commits.bury({ mark }, []));
    const chain = counter.count(1);
    await clock.advance(1);
    slow.open();
    await clock.until(Promise.all([part, duplicate]));
    await clock.advance(10);
    activation().lose('the test says so');
    expect(await clock.until(chain)).to.equal(3);
    expect(seen.order.filter((each) => each.startsWith('step'))).to.deep.equal(['step 1', 'step 0', 'step 0']);
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('is kept for the next activation also where the store had lost commits, and the whole state is written with it', async () => {
    seen.reset();
    const clock = new VirtualClock();
    const silo = memorySilo([Counter], { clock, random: () => 0.5 });
    const counter = silo.actor(Counter, 'c');
    const commit = silo.store.commit.bind(silo.store);
    let hasRegressed = false;
    silo.store.commit = (request) => {
      if (hasRegressed || request.hold === undefined) return commit(request);
      hasRegressed = true;
      return Promise.resolve({ status: 'regressed', version: request.version });
    };
    const begun = gate();
    seen.during = (run) => (run === 'step 0' && seen.order.filter((each) => each === run).length === 1 ? (begun.open(), new Promise(() => undefined)) : undefined);
    const chain = counter.count(1);
    await clock.until(begun.opened);
    silo.runtime.catalog.get({ type: 'kept-counter', key: 'c' })!.lose('the test says so');
    expect([await clock.until(chain), hasRegressed]).to.deep.equal([2, true]);
    await clock.until(silo.runtime.stop(), '1s');
  });

  it('that an activation cannot read is kept for one that can', async () => {
    seen.reset();
    const clock = new VirtualClock();
    const silo = memorySilo([Counter], { clock, random: () => 0.5 });
    const counter = silo.actor(Counter, 'c');
    const lose = () => silo.runtime.catalog.get({ type: 'kept-counter', key: 'c' })!.lose('the test says so');
    const begun = gate();
    seen.during = (run) => (run === 'step 0' ? (begun.open(), new Promise(() => undefined)) : undefined);
    void failure(counter.count(1));
    await clock.until(begun.opened);
    lose();
    seen.during = () => undefined;
    const { codec } = silo.runtime;
    const decode = codec.decode.bind(codec);
    codec.decode = (bytes) => {
      if (Buffer.from(bytes).includes('kept')) throw new TypeError('unreadable');
      return decode(bytes);
    };
    const added = counter.add('x');
    await clock.advance(10);
    codec.decode = decode;
    await clock.until(added);
    await clock.until(counter.count(2));
    lose();
    await clock.until(counter.read());
    await clock.advance('1s');
    expect(seen.order).to.deep.equal(['step 1', 'step 0', 'add x', 'step 2', 'step 1', 'step 0', 'step 0']);
    await clock.until(silo.runtime.stop(), '1s');
  });
});

describe('a durable call', () => {
  let stage: TillStage;
  beforeEach(() => {
    Object.assign(late, { runs: 0, activations: 0, hold: gate(), entered: gate() });
    stage = new TillStage([Late, Closing]);
  });
  afterEach(() => stage.stop());

  it('of a turn that an activation left behind is refused: the next one may have made it already', async () => {
    await stage.silo.actor(Late, 'l').tell.pay();
    await stage.clock.until(late.entered.opened);
    stage.silo.runtime.catalog.get({ type: 'sl-late', key: 'l' })!.lose('the test says so');
    await stage.clock.advance('30s');
    expect([late.runs, await stage.count()]).to.deep.equal([2, [1, 1]]);
    late.hold.open();
    await stage.clock.advance('5s');
    expect([await stage.count(), await stage.clock.until(stage.silo.actor(Late, 'l').all())]).to.deep.equal([[1, 1], [1]]);
  });

  it('that has failed goes into no queue, though its silo stops before that is stored', async () => {
    const { store, runtime } = stage.silo;
    const [settle, isAsked, answer] = [store.settle.bind(store), gate(), gate()];
    store.settle = async (id, sequences) => {
      isAsked.open();
      await answer.opened;
      return settle(id, sequences);
    };
    const call = failure(stage.durable().put(-1));
    await stage.clock.until(isAsked.opened);
    runtime.messages.durable.end();
    answer.open();
    expect(await stage.clock.until(call)).to.be.instanceOf(RangeError);
    await stage.clock.advance('10s');
    expect(tills.runs).to.equal(1);
  });

  it('whose record was to go with a commit that changed nothing is forgotten with the next one', async () => {
    const mark = { sender: 'm', low: 1, ids: [1] };
    const bury = () => stage.silo.runtime.catalog.get({ type: 'till', key: 'till' })!.commits.bury({ mark }, []);
    await stage.count();
    await stage.clock.until(bury());
    await stage.clock.until(stage.durable().put(1));
    await stage.clock.advance('1s');
    expect(await stage.kept()).to.have.length(1);
    await failure(stage.clock.until(bury()));
    await stage.clock.until(stage.till().take(1));
    expect(await stage.kept()).to.deep.equal([]);
  });

  it('wakes no actor to say that it has its result', async () => {
    expect(await stage.clock.until(stage.silo.actor(Closing, 'c').with({ durable: true }).close())).to.equal('closed');
    await stage.clock.advance('1s');
    expect([late.activations, stage.silo.runtime.catalog.get({ type: 'sl-closing', key: 'c' })]).to.deep.equal([1, undefined]);
  });

  it('that has failed goes into no queue, though its outbox was read before', async () => {
    tills.hold = gate();
    const { store } = stage.silo;
    const [outbox, answer, isRead] = [store.outbox.bind(store), gate(), gate()];
    store.outbox = async (id, limit, after) => {
      const found = await outbox(id, limit, after);
      if (id.type === '@silo' && limit > 1) {
        isRead.open();
        await answer.opened;
      }
      return found;
    };
    const call = failure(stage.durable().put(-1));
    await stage.clock.until(isRead.opened, '1s');
    tills.hold.open();
    expect(await stage.clock.until(call)).to.be.instanceOf(RangeError);
    answer.open();
    await stage.clock.advance('10s');
    expect(tills.runs).to.equal(1);
  });
});

describe('a dead letter of a chain', () => {
  const tails = new TailSilo();
  it('that is sent anew and throws is one again: nobody else hears of it', async () => {
    steps.during = (run) => {
      if (run === 'b2') throw new SiloUnavailableError('somebody is away');
    };
    await failure(tails.answered(tails.step('a').walk('bc')));
    await tails.clock.advance(1000);
    const letters = tails.silo.runtime.messages.letters;
    steps.during = (run) => {
      if (run === 'b2') throw new RangeError('no way on');
    };
    await letters.retry((await letters.list()).letters[0]!.id);
    await tails.clock.advance('10s');
    expect((await letters.list()).letters.map(({ error }) => error.name)).to.deep.equal(['RangeError']);
  });
});

describe('a message that an activation left behind runs yet', () => {
  it('is run by the next one soon', async () => {
    const stage = new TillStage([Late]);
    Object.assign(late, { runs: 0, hold: gate(), entered: gate() });
    await stage.silo.actor(Late, 'l').tell.pay();
    await stage.clock.until(late.entered.opened);
    stage.silo.runtime.catalog.get({ type: 'sl-late', key: 'l' })!.lose('the test says so');
    await stage.clock.advance('3s');
    expect([late.runs, await stage.count()]).to.deep.equal([2, [1, 1]]);
    await stage.stop();
  });
});
