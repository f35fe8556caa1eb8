import { expect } from 'chai';
import { CallCycleError } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { All, Alone, at, Chain, forgetSteps, log, None, Whole, type Steps } from './steps.js';

describe('reentrancy', () => {
  beforeEach(() => {
    forgetSteps();
  });

  describe('all', () => {
    it('lets turns of other chains begin while one awaits, and answers each when it ends', async () => {
      const silo = memorySilo([All]);
      const actor = silo.actor(All, 'a');
      const a = actor.step('a');
      await at('entered:a').opened;
      const b = actor.step('b');
      await at('entered:b').opened;
      at('b').open();
      expect(await b).to.equal('b');
      at('a').open();
      await a;
      expect(log).to.deep.equal(['a begins', 'b begins', 'b ends', 'a ends']);
      await silo.runtime.stop();
    });

    it('saves what every turn that ended well has changed', async () => {
      const store = new MemoryStateStore();
      const first = memorySilo([All], { store });
      const calls = ['a', 'b', 'c', 'd'].map((name) => first.actor(All, 'a').step(name));
      for (const name of ['d', 'a', 'c', 'b']) {
        await at(`entered:${name}`).opened;
        at(name).open();
        await calls['abcd'.indexOf(name)];
        expect((await store.lookup({ type: 'reentrant-all', key: 'a' }))).to.not.equal(undefined);
      }
      await first.runtime.stop();
      const second = memorySilo([All], { store });
      expect(await second.actor(All, 'a').list()).to.deep.equal(['d', 'a', 'c', 'b']);
      await second.runtime.stop();
    });

    it('keeps a turn with an idempotency key alone, in both directions', async () => {
      const silo = memorySilo([All]);
      const actor = silo.actor(All, 'a');
      const before = actor.step('before');
      await at('entered:before').opened;
      const keyed = actor.with({ idempotencyKey: 'k' }).step('keyed');
      const after = actor.step('after');
      expect(log).to.deep.equal(['before begins']);
      for (const name of ['before', 'keyed', 'after']) at(name).open();
      await Promise.all([before, keyed, after]);
      expect(log).to.deep.equal(['before begins', 'before ends', 'keyed begins', 'keyed ends', 'after begins', 'after ends']);
      await silo.runtime.stop();
    });

    it('undoes a failed turn that nobody overlapped', async () => {
      const silo = memorySilo([All]);
      at('a').open();
      expect((await failure(silo.actor(All, 'a').changeThenFail('a'))).message).to.equal('a failed');
      expect(await silo.actor(All, 'a').list()).to.deep.equal([]);
      await silo.runtime.stop();
    });

    it('loses nothing that an overlapping turn had acknowledged when another fails', async () => {
      const store = new MemoryStateStore();
      const silo = memorySilo([All], { store });
      const actor = silo.actor(All, 'a');
      const failing = failure(actor.changeThenFail('failing'));
      await at('entered:failing').opened;
      at('good').open();
      await actor.step('good');
      at('failing').open();
      await failing;
      expect(await actor.list()).to.include('good');
      await silo.runtime.stop();
      const next = memorySilo([All], { store });
      expect(await next.actor(All, 'a').list()).to.include('good');
      await next.runtime.stop();
    });

    it('makes strict reads wait for open turns', async () => {
      const silo = memorySilo([All]);
      const writing = silo.actor(All, 'a').step('a');
      await at('entered:a').opened;
      const list = await silo.actor(All, 'a').list();
      const surely = silo.actor(All, 'a').surely();
      at('a').open();
      await writing;
      expect([list, await surely]).to.deep.equal([[], ['a']]);
      await silo.runtime.stop();
    });

    it('finds the circle of a turn that waits behind one that must be alone', async () => {
      const silo = memorySilo([All, Chain]);
      const inside = silo.actor(All, 'a').stepThenCall('x', 'reentrant-chain', 'b');
      await at('entered:x').opened;
      const keyed = silo.actor(All, 'a').with({ idempotencyKey: 'k' }).now();
      // It holds b and waits on a behind the keyed call, which waits for the first; when that calls b, the circle is closed.
      const behind = silo.actor(Chain, 'b').stepThenCall('y', 'reentrant-all', 'a');
      await at('entered:y').opened;
      at('y').open();
      at('x').open();
      const error = await failure(inside);
      expect(error).to.be.instanceOf(CallCycleError);
      expect(error.message).to.match(/reentrant-chain\/b → reentrant-all\/a → reentrant-chain\/b/);
      expect(await Promise.all([keyed, behind])).to.deep.equal(['now', 'now']);
      await silo.runtime.stop();
    });
  });

  describe('chain', () => {
    it('finds the circle of a read that waits behind a writer who waits for a reader', async () => {
      const silo = memorySilo([Chain]);
      const [a, b] = [silo.actor(Chain, 'a'), silo.actor(Chain, 'b')];
      const reading = a.lookThenCall('r', 'reentrant-chain', 'b');
      const holding = b.stepThenList('h', 'reentrant-chain', 'a');
      await Promise.all([at('entered:r').opened, at('entered:h').opened]);
      const writing = a.step('w');
      at('w').open();
      at('h').open();
      at('r').open();
      expect(await failure(reading)).to.be.instanceOf(CallCycleError);
      expect(await Promise.all([writing, holding])).to.deep.equal(['w', ['w']]);
      await silo.runtime.stop();
    });
  });

  describe('none', () => {
    it('refuses a call that comes from the actor itself, at once, naming it', async () => {
      const silo = memorySilo([None]);
      const error = await failure(silo.actor(None, 'a').callSelf('inner'));
      expect(error).to.be.instanceOf(CallCycleError);
      expect(error).to.include({ retryable: true, message: 'the call would wait for itself: reentrant-none/a → reentrant-none/a; it did not run' });
      await silo.runtime.stop();
    });

    it('refuses a call that comes back by way of another actor', async () => {
      const silo = memorySilo([None]);
      expect(await failure(silo.actor(None, 'a').viaOther('b'))).to.be.instanceOf(CallCycleError);
      expect(log).to.deep.equal([]);
      await silo.runtime.stop();
    });

    it('runs two calls of one chain one after the other', async () => {
      const silo = memorySilo([None]);
      for (const name of ['first', 'second']) at(name).open();
      expect(await silo.actor(None, 'a').twoAtOnce('b')).to.deep.equal(['first', 'second']);
      expect(log).to.deep.equal(['first begins', 'first ends', 'second begins', 'second ends']);
      await silo.runtime.stop();
    });

    it('runs calls of one chain to a component one after the other, in the unit that holds it', async () => {
      const silo = memorySilo([Whole]);
      expect(await silo.actor(Whole, 'a').addBoth()).to.deep.equal([1, 2, 3]);
      expect(log).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
      expect(await failure(silo.actor(Whole, 'a').getComponent(Alone).throughOwner())).to.be.instanceOf(CallCycleError);
      await silo.runtime.stop();
    });

    it('finds circles across actors, as in every mode', async () => {
      const silo = memorySilo([None, Chain, All]);
      for (const Class of [None, Chain] as const) {
        const [a, b] = ['a', 'b'].map((key) => silo.actor<Steps>(Class as never, key));
        const outcomes = await Promise.allSettled([a!.viaOther('b'), b!.viaOther('a')]);
        const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
        for (const { reason } of failed) expect(reason).to.be.instanceOf(CallCycleError);
        expect(failed.length).to.be.greaterThan(0);
      }
      expect(await Promise.all([silo.actor(All, 'a').viaOther('b'), silo.actor(All, 'b').viaOther('a')])).to.deep.equal(['now', 'now']);
      await silo.runtime.stop();
    });
  });
});
