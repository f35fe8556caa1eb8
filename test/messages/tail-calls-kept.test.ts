import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { RemoteError, SiloUnavailableError, type Handle } from '../../sdk/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import type { CallChain } from '../../silo/turns/call-chain.js';
import { Counter, Part, seen } from './kept-counter.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

/** What collects all that nobody can reach. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('tail calls that keep their turn', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  const ID = { type: 'kept-counter', key: 'c' };
  const counter = (): Handle<Counter> => silo.actor(Counter, 'c');
  const part = (): Handle<Part> => counter().getComponent(Part);
  const answered = <T>(call: Promise<T>): Promise<T> => clock.until(call);
  const activation = () => silo.runtime.catalog.get(ID)!;
  beforeEach(() => {
    seen.reset();
    clock = new VirtualClock();
    silo = memorySilo([Counter], { clock, random: () => 0.5 });
  });
  afterEach(async () => {
    const stopped = silo.runtime.stop();
    await clock.advance(20_000);
    await stopped;
  });
  const nothingIsLeft = async (): Promise<void> => {
    await clock.advance(1000);
    expect(await silo.store.outbox(ID, 100)).to.deep.equal([]);
    expect(silo.runtime.messages.replies.count).to.equal(0);
    expect(activation().reservedFor, 'nobody has it to himself').to.equal(undefined);
    expect(activation().messages.isBusy).to.equal(false);
  };
  /** Others call while the step named runs; they are told apart in `order`. */
  const othersCallDuring = (run: string): { readonly calls: Promise<unknown>[] } => {
    const calls: Promise<unknown>[] = [];
    seen.during = async (each) => {
      if (each !== run || calls.length > 0) return;
      runOutsideTurns(() => calls.push(counter().add('x'), part().add('y'), counter().peek(), counter().read()));
      await Promise.resolve();
    };
    return { calls };
  };

  it('let nothing in between: not on the actor, nor on its components, nor what interleaves', async () => {
    const others = othersCallDuring('step 3');
    expect(await answered(counter().count(3))).to.equal(4);
    await answered(Promise.all(others.calls));
    // What interleaves, and what is for the component, ran beside the first turn: it does for every call.
    expect(seen.order.filter((each) => !/peek|part y/.test(each))).to.deep.equal(['step 3', 'step 2', 'step 1', 'step 0', 'add x']);
    await nothingIsLeft();
  });

  it('keep out whoever comes while they run', async () => {
    const others = othersCallDuring('step 2');
    expect(await answered(counter().count(3))).to.equal(4);
    await answered(Promise.all(others.calls));
    expect(seen.order.slice(0, 4)).to.deep.equal(['step 3', 'step 2', 'step 1', 'step 0']);
    expect(seen.order.slice(4).sort()).to.deep.equal(['add x', 'part y', 'peek']);
    await nothingIsLeft();
  });

  it('go from the actor to its components and back', async () => {
    const others = othersCallDuring('part step 3');
    expect(await answered(counter().alternate(4))).to.equal(3);
    await answered(Promise.all(others.calls));
    expect(seen.order.slice(0, 5)).to.deep.equal(['step 4', 'part step 3', 'step 2', 'part step 1', 'step 0']);
    expect([await counter().read(), activation().components.length]).to.deep.equal([4, 1]);
    await nothingIsLeft();
  });

  it('let those finish that are inside a component already, and nobody else', async () => {
    const [begun, closed, committed] = [gate(), gate(), gate()];
    seen.during = (run) => {
      if (run === 'part w') return (begun.open(), closed.opened);
      if (run === 'step 1') return committed.opened;
      return undefined;
    };
    const inside = part().wait('w');
    await answered(begun.opened);
    const chain = counter().alternate(1);
    const waits = part().add('z');
    await clock.advance(100);
    expect(seen.order, 'the next step waits for who is inside').to.deep.equal(['part w begins', 'step 1']);
    const late = counter().add('late');
    await clock.advance(100);
    closed.open();
    expect(await answered(chain)).to.equal(1);
    await answered(Promise.all([inside, waits, late]));
    expect(seen.order).to.deep.equal(['part w begins', 'step 1', 'add w by way of the part', 'part w ends', 'part step 0', 'part z', 'add late']);
    await nothingIsLeft();
  });

  it('are the first to run when another activation takes over, before those who waited there', async () => {
    const [begun, closed] = [gate(), gate()];
    seen.during = (run) => {
      if (run !== 'step 1' || seen.order.filter((each) => each === run).length > 1) return undefined;
      begun.open();
      return closed.opened;
    };
    const chain = counter().count(2);
    await answered(begun.opened);
    const others = [counter().add('x'), part().add('y'), counter().peek()];
    await clock.advance(10);
    activation().lose('the test says so');
    // Nobody but those who wait wakes it.
    others.push(counter().add('z'));
    expect(await answered(chain)).to.equal(3);
    closed.open();
    await answered(Promise.all(others));
    expect(seen.order.slice(0, 4)).to.deep.equal(['step 2', 'step 1', 'step 1', 'step 0']);
    expect(seen.order.slice(4).sort()).to.deep.equal(['add x', 'add z', 'part y', 'peek']);
    expect(await counter().read()).to.equal(5);
    await nothingIsLeft();
  });

  it('that fail are tried again while everybody waits', async () => {
    let failures = 0;
    const others: Promise<unknown>[] = [];
    seen.during = (run) => {
      if (run !== 'step 1' || ++failures > 2) return;
      if (failures === 1) runOutsideTurns(() => others.push(counter().add('x'), part().add('y')));
      throw new SiloUnavailableError('somebody is away');
    };
    expect(await answered(counter().count(2))).to.equal(3);
    await answered(Promise.all(others));
    expect(seen.order.slice(0, 5)).to.deep.equal(['step 2', 'step 1', 'step 1', 'step 1', 'step 0']);
    expect(seen.order.slice(5).sort()).to.deep.equal(['add x', 'part y']);
    await nothingIsLeft();
  });

  it('that are given up are dead letters with an answer, and let everybody in', async () => {
    const others: Promise<unknown>[] = [];
    seen.during = (run) => {
      if (run !== 'step 1') return;
      if (others.length === 0) runOutsideTurns(() => others.push(counter().add('x')));
      throw new SiloUnavailableError('somebody is away');
    };
    const error = await failure(answered(counter().count(2)));
    expect(error).to.be.instanceOf(RemoteError);
    expect(error).to.include({ remoteName: 'SiloUnavailableError', retryable: false });
    await answered(Promise.all(others));
    expect(seen.order).to.deep.equal(['step 2', 'step 1', 'step 1', 'step 1', 'add x']);
    expect(await counter().read(), 'the first step, and the other call').to.equal(2);
    await clock.advance(1000);
    expect((await silo.runtime.messages.letters.list()).letters.map(({ target, attempts }) => [target.key, attempts])).to.deep.equal([['c', 3]]);
    await nothingIsLeft();
  });

  it('that throw answer with the error, and let everybody in', async () => {
    seen.during = (run) => {
      if (run === 'step 1') throw new RangeError('no more');
    };
    const chain = counter().count(2);
    const other = counter().add('x');
    expect((await failure(answered(chain))).message).to.equal('no more');
    expect(await answered(other)).to.equal(2);
    expect(seen.order).to.deep.equal(['step 2', 'step 1', 'add x']);
    expect(await silo.runtime.messages.letters.count()).to.equal(0);
    await nothingIsLeft();
  });

  it('end with a step on another actor: then others get in', async () => {
    seen.during = (run) => (run === 'step 0' ? runOutsideTurns(() => counter().add('in between')) : undefined);
    expect(await answered(counter().leave())).to.equal(1);
    expect(seen.order).to.deep.equal(['leave', 'step 0', 'add in between']);
    await nothingIsLeft();
  });

  it('do not let their actor sleep between two steps', async () => {
    let failures = 0;
    seen.during = (run) => {
      if (run === 'step 0' && ++failures === 1) throw new SiloUnavailableError('somebody is away');
    };
    const chain = counter().count(1);
    await clock.advance(300);
    expect(activation().isBusy).to.equal(true);
    const ended = counter().manage.deactivate();
    expect(await answered(chain)).to.equal(2);
    await answered(ended);
    expect(silo.runtime.catalog.get(ID)).to.equal(undefined);
  });

  it('end with their actor when that is destroyed', async () => {
    const chain = counter().with({ timeout: '5s' }).destroyAfter();
    expect((await failure(answered(chain)))['code']).to.equal('ERR_CANCELLED');
    expect(await counter().read()).to.equal(0);
    await nothingIsLeft();
  });

  it('that an activation left are not there for an actor that was destroyed meanwhile', async () => {
    const begun = gate();
    seen.during = (run) => (run === 'step 0' ? (begun.open(), new Promise(() => undefined)) : undefined);
    const chain = counter().with({ timeout: '5s' }).count(1);
    await answered(begun.opened);
    activation().lose('the test says so');
    await answered(counter().manage.destroy());
    expect(await answered(counter().read())).to.equal(0);
    expect((await failure(answered(chain)))['code']).to.equal('ERR_CANCELLED');
    expect(seen.order).to.deep.equal(['step 1', 'step 0']);
    await nothingIsLeft();
  });

  it('of a chain of 1,000 steps let the stack and what is kept grow no more than of 10', async function () {
    this.timeout(60_000);
    const chains: WeakRef<CallChain>[] = [];
    let most = 0;
    seen.during = () => {
      const { reservedFor } = activation();
      if (reservedFor) chains.push(new WeakRef(reservedFor));
      most = Math.max(most, silo.runtime.messages.replies.count);
    };
    expect(await answered(counter().plain(999))).to.equal(1000);
    expect(new Set(seen.depths.slice(2)).size, 'each begins as deep in the stack as the others').to.be.lessThan(3);
    expect(most, 'one waits for all of it').to.equal(1);
    expect(chains).to.have.length(999);
    const collect = collector();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(chains.filter((ref) => ref.deref() !== undefined).length, 'chains of steps that are kept').to.be.lessThan(5);
    await nothingIsLeft();
  });
});
