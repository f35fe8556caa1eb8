import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { NotSerializableError, RemoteError, SiloUnavailableError } from '../../sdk/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import { TailSilo } from './tail-silo.js';
import { Begun, Part, Ticking, world } from './tail-steps.js';

class MyError extends Error {}

describe('tail calls', () => {
  const tails = new TailSilo([Ticking]);
  const { step, answered, steps, nothingIsLeft } = tails;
  const end = (key: string): void => tails.silo.runtime.catalog.get({ type: 'tail-step', key })!.lose('the test says so');

  it('hand over from actor to actor: each step is committed, and the caller gets what the last one returns', async () => {
    expect(await answered(step('a').walk('bcab'))).to.equal('b after 5');
    expect(await steps('abc')).to.deep.equal({ a: [1, 4], b: [2, 5], c: [3] });
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3', 'a4', 'b5']);
    expect(world.from, 'who made each').to.deep.equal([undefined, 'tail-step/a', 'tail-step/b', 'tail-step/c', 'tail-step/a']);
    await nothingIsLeft('abc');
  });

  it('hand over to components and from them', async () => {
    expect(await answered(step('a').walk('#bca'))).to.equal('a after 4');
    expect(await steps('abc')).to.deep.equal({ a: [1, 4], b: [], c: [3] });
    expect(await step('b').getComponent(Part).all()).to.deep.equal([2]);
  });

  it('of a turn that throws are not there, nor is its state', async () => {
    expect((await failure(answered(step('a').throwAfterwards('b')))).message).to.equal('after all');
    await tails.clock.advance(5000);
    expect(await steps('ab')).to.deep.equal({ a: [], b: [] });
    expect(world.runs).to.deep.equal([]);
    await nothingIsLeft('ab');
  });

  it('take the state and the next step into one commit', async () => {
    const closed = gate();
    const { commit } = tails.silo.store;
    const commits: { fields: readonly string[]; outbox: number }[] = [];
    tails.silo.store.commit = async (request) => {
      commits.push({ fields: [...request.fields.keys()], outbox: request.outbox?.length ?? 0 });
      await closed.opened;
      return commit.call(tails.silo.store, request);
    };
    const call = step('a').walk('b');
    await tails.clock.advance(100);
    expect(commits, 'one, with both').to.deep.equal([{ fields: ['steps'], outbox: 1 }]);
    expect(world.runs, 'the next step waits for it').to.deep.equal(['a1']);
    closed.open();
    expect(await answered(call)).to.equal('b after 2');
  });

  it('copy their arguments when they are made', async () => {
    expect(await answered(step('a').handsObject())).to.equal('b');
  });

  it('that are delivered again and again take effect once, and are answered once', async () => {
    tails.silo.queues.isDoubling = true;
    expect(await answered(step('a').walk('bcb'))).to.equal('b after 4');
    await tails.silo.queues.repeat();
    await tails.clock.advance(5000);
    expect(await steps('abc')).to.deep.equal({ a: [1], b: [2, 4], c: [3] });
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3', 'b4']);
    await nothingIsLeft('abc');
  });

  it('run again from the last one on that was not committed, and no other', async () => {
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => {
      if (run !== 'c3' || world.runs.filter((each) => each === run).length > 1) return undefined;
      begun.open();
      return closed.opened;
    };
    const call = step('a').walk('bcd');
    await answered(begun.opened);
    end('c');
    end('a');
    end('b');
    closed.open();
    expect(await answered(call)).to.equal('d after 4');
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3', 'c3', 'd4']);
    expect(await steps('abcd')).to.deep.equal({ a: [1], b: [2], c: [3], d: [4] });
    await nothingIsLeft('abcd');
  });

  it('go on while their first actor sleeps, and its caller gets the result', async () => {
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => (run === 'b2' ? (begun.open(), closed.opened) : undefined);
    const call = step('a').walk('b');
    await answered(begun.opened);
    await answered(step('a').manage.deactivate());
    expect(tails.silo.runtime.catalog.get({ type: 'tail-step', key: 'a' })).to.equal(undefined);
    closed.open();
    expect(await answered(call)).to.equal('b after 2');
  });

  it('that throw end their chain: the caller gets the error, the step undoes what it did, and is not tried again', async () => {
    world.during = (run) => {
      if (run === 'c3') throw new RangeError('no more');
    };
    const error = await failure(answered(step('a').walk('bcd')));
    expect(error).to.be.instanceOf(RangeError);
    expect(error.message).to.equal('no more');
    await tails.clock.advance(60_000);
    expect(world.runs).to.deep.equal(['a1', 'b2', 'c3']);
    expect(await steps('abcd')).to.deep.equal({ a: [1], b: [2], c: [], d: [] });
    // Also to an activation that knows what is committed and no more.
    end('c');
    await tails.silo.queues.repeat();
    await tails.clock.advance(5000);
    expect(world.runs).to.have.length(3);
    await nothingIsLeft('abcd');
  });

  it('that fail as others are to blame for are tried again, and the caller gets the result', async () => {
    let failures = 0;
    world.during = (run) => {
      if (run === 'b2' && ++failures < 3) throw new SiloUnavailableError('somebody is away');
    };
    expect(await answered(step('a').walk('bc'))).to.equal('c after 3');
    expect(world.runs).to.deep.equal(['a1', 'b2', 'b2', 'b2', 'c3']);
    await nothingIsLeft('abc');
  });

  it('that fail so to the last attempt are dead letters, and the caller gets the error; sent anew, they go on without him', async () => {
    let isAway = true;
    world.during = (run) => {
      if (run === 'b2' && isAway) throw new SiloUnavailableError('somebody is away');
    };
    const error = await failure(answered(step('a').walk('bc')));
    expect(error).to.be.instanceOf(RemoteError);
    expect(error).to.include({ remoteName: 'SiloUnavailableError', retryable: false });
    expect(world.runs).to.deep.equal(['a1', 'b2', 'b2', 'b2']);
    await tails.clock.advance(1000);
    const { letters } = await tails.silo.runtime.messages.letters.list();
    expect(letters.map(({ method, attempts }) => [method, attempts])).to.deep.equal([['walk', 3]]);
    isAway = false;
    await tails.silo.runtime.messages.letters.retry(letters[0]!.id);
    await tails.clock.advance(5000);
    expect(await steps('abc')).to.deep.equal({ a: [1], b: [2], c: [3] });
    await nothingIsLeft('abc');
  });

  it('for methods that do not exist reach the caller as that error, after their attempts', async () => {
    const error = await failure(answered(step('a').toUnknown()));
    expect(error['code']).to.equal('ERR_UNKNOWN_METHOD');
    expect(await tails.silo.runtime.messages.letters.count()).to.equal(1);
  });

  it('whose result cannot be sent tell the caller so', async () => {
    const error = await failure(answered(step('a').toFunction()));
    expect(error).to.be.instanceOf(NotSerializableError);
    expect(await steps('a')).to.deep.equal({ a: [1] });
    await nothingIsLeft('ab');
  });

  it('go on when their caller stops waiting; each step knows when that is, and its own calls do not end by it', async () => {
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => {
      if (run === 'b2') return (begun.open(), closed.opened);
      return run === 'c3' ? step('d').walk('') : undefined;
    };
    const from = tails.clock.now();
    const call = step('a').with({ timeout: '2s' }).walk('bc');
    await answered(begun.opened);
    const error = await failure(answered(call));
    expect(error['code']).to.equal('ERR_CALL_TIMEOUT');
    expect(tails.silo.runtime.messages.replies.count, 'nobody waits').to.equal(0);
    closed.open();
    await tails.clock.advance(5000);
    expect(await steps('abcd')).to.deep.equal({ a: [1], b: [2], c: [3], d: [1] });
    expect(world.deadlines.slice(0, 3)).to.deep.equal([from + 2000, from + 2000, from + 2000]);
    await nothingIsLeft('abc');
  });

  it('are given up by a caller who cancels, and go on', async () => {
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => (run === 'b2' ? (begun.open(), closed.opened) : undefined);
    const controller = new AbortController();
    const call = step('a').with({ signal: controller.signal }).walk('b');
    await answered(begun.opened);
    controller.abort();
    expect((await failure(answered(call)))['code']).to.equal('ERR_CANCELLED');
    closed.open();
    await tails.clock.advance(5000);
    expect(await steps('ab')).to.deep.equal({ a: [1], b: [2] });
    await nothingIsLeft('ab');
  });

  it('of a call from another actor answer that actor', async () => {
    expect(await answered(step('x').callWith('a', 10))).to.equal('b after 2');
  });

  for (const [name, begin] of [
    ['one-way calls', () => void step('a').oneWay.walk('bc')],
    ['messages', () => step('a').tell.walk('bc')],
    ['events', () => step('x').send(new Begun('abc'))],
    ['reminders', () => step('x').remindMe('abc')],
    ['timers', () => step('x').startTimer('abc')],
  ] as const) {
    it(`of ${name} run as messages do: nobody is answered, and what fails is tried again`, async () => {
      let failures = 0;
      world.during = (run) => {
        if (run === 'c3' && ++failures === 1) throw new RangeError('once');
      };
      await answered(Promise.resolve(begin()));
      await tails.clock.advance(20_000);
      expect(await steps('abc')).to.deep.equal({ a: [1], b: [2], c: [3] });
      expect(world.runs).to.deep.equal(['a1', 'b2', 'c3', 'c3']);
      await nothingIsLeft('abcx');
    });
  }

  it('of ticks run, too', async () => {
    await tails.silo.actor(Ticking, 't').touch();
    await tails.clock.advance(5000);
    expect(await steps('bc')).to.deep.equal({ b: [1], c: [2] });
  });

  it('of a chain that nobody waits for and that throws to the last attempt are dead letters', async () => {
    world.during = (run) => {
      if (run === 'b2') throw new RangeError('always');
    };
    await step('a').tell.walk('b');
    await tails.clock.advance(20_000);
    expect(world.runs).to.deep.equal(['a1', 'b2', 'b2', 'b2']);
    expect((await tails.silo.runtime.messages.letters.list()).letters.map(({ error }) => error.message)).to.deep.equal(['always']);
  });

  it('whose step throws an error of a class of its own give the caller a RemoteError, as calls do', async () => {
    world.during = (run) => {
      if (run === 'b2') throw new MyError('mine');
    };
    const error = await failure(answered(step('a').walk('b')));
    expect(error).to.be.instanceOf(RemoteError);
    expect(error['remoteName']).to.equal('MyError');
  });

  it('keep the process of who awaits their end alive', async () => {
    await using script = new TestProcess([fileURLToPath(new URL('./fixtures/awaits-chain.fixture.js', import.meta.url))]);
    const { code, stdout, stderr } = await script.ended;
    expect(stdout, stderr).to.include('the end');
    expect(code).to.equal(0);
  });
});
