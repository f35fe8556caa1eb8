import { expect } from 'chai';
import { Actor, Interleave, ReadOnly, State } from '../../sdk/index.js';
import { failure, memorySilo } from '../support/memory-silo.js';
import { at, Chain, forgetSteps, log } from './steps.js';

/** What an interleaving turn has changed before it waits, and who sees it. */
@Actor({ name: 'interleaved-drafts' })
class Drafts {
  @State() drafts: string[] = [];
  @Interleave() async draftThenFail(name: string): Promise<void> {
    this.drafts.push(name);
    at(`entered:${name}`).open();
    await at(name).opened;
    throw new RangeError(`${name} failed`);
  }
  @ReadOnly() async lookAfter(name: string): Promise<string[]> {
    return this.lookTwice(name);
  }
  @ReadOnly({ strict: true }) async lookStrictlyAfter(name: string): Promise<string[]> {
    return this.lookTwice(name);
  }
  count(): number {
    return this.drafts.length;
  }
  private async lookTwice(name: string): Promise<string[]> {
    const before = [...this.drafts];
    at(`entered:${name}`).open();
    await at(name).opened;
    return [...before, '|', ...this.drafts];
  }
}

describe('@Interleave', () => {
  beforeEach(forgetSteps);

  it('runs while a turn of another chain awaits, before calls that wait for it', async () => {
    const silo = memorySilo([Chain]);
    const actor = silo.actor(Chain, 'a');
    const waiting = actor.step('a');
    await at('entered:a').opened;
    const queued = actor.step('b');
    at('b').open();
    await actor.wake('a');
    await Promise.all([waiting, queued]);
    expect(log).to.deep.equal(['a begins', 'woken by a', 'a ends', 'b begins', 'b ends']);
    await silo.runtime.stop();
  });

  it('lets ordinary turns begin while it awaits: a read-only one is a long poll', async () => {
    const silo = memorySilo([Chain]);
    const actor = silo.actor(Chain, 'a');
    const poll = actor.changed();
    await at('entered:changed').opened;
    at('a').open();
    expect(await actor.step('a')).to.equal('a');
    expect(await actor.with({ idempotencyKey: 'k' }).now()).to.equal('now');
    at('changed').open();
    expect(await poll).to.equal('changed');
    await silo.runtime.stop();
  });

  it('is kept out by a turn with an idempotency key, and waits alone with one of its own', async () => {
    const silo = memorySilo([Chain]);
    const actor = silo.actor(Chain, 'a');
    const keyed = actor.with({ idempotencyKey: 'k' }).step('keyed');
    await at('entered:keyed').opened;
    const slowly = actor.slowly('beside');
    at('beside').open();
    at('keyed').open();
    await Promise.all([keyed, slowly]);
    expect(log).to.deep.equal(['keyed begins', 'keyed ends', 'beside begins', 'beside ends']);
    const plain = actor.step('plain');
    await at('entered:plain').opened;
    const alone = actor.with({ idempotencyKey: 'l' }).slowly('alone');
    at('alone').open();
    at('plain').open();
    await Promise.all([plain, alone]);
    expect(log.slice(4)).to.deep.equal(['plain begins', 'plain ends', 'alone begins', 'alone ends']);
    await silo.runtime.stop();
  });

  it('keeps reads from seeing what it has changed and not saved', async () => {
    const silo = memorySilo([Chain]);
    const actor = silo.actor(Chain, 'a');
    const slowly = actor.slowly('a');
    await at('entered:a').opened;
    const list = actor.list();
    at('a').open();
    await slowly;
    expect(await list).to.deep.equal(['a']);
    await silo.runtime.stop();
  });

  it('shows a read that has begun and awaits what may be undone yet, and never a strict one', async () => {
    const silo = memorySilo([Drafts]);
    const actor = silo.actor(Drafts, 'a');
    const look = actor.lookAfter('look');
    await at('entered:look').opened;
    const draft = failure(actor.draftThenFail('draft'));
    await at('entered:draft').opened;
    at('look').open();
    expect(await look).to.deep.equal(['|', 'draft']);
    const strict = actor.lookStrictlyAfter('strict');
    at('draft').open();
    expect(await draft).to.be.instanceOf(RangeError);
    await at('entered:strict').opened;
    const second = failure(actor.draftThenFail('second'));
    // Time enough to get in, if it could.
    await new Promise((resolve) => setImmediate(resolve));
    at('strict').open();
    expect(await strict).to.deep.equal(['|']);
    at('second').open();
    await second;
    await silo.runtime.stop();
  });

  it('shows an ordinary turn that begins beside it what may be undone yet', async () => {
    const silo = memorySilo([Drafts]);
    const actor = silo.actor(Drafts, 'a');
    const draft = failure(actor.draftThenFail('draft'));
    await at('entered:draft').opened;
    expect(await actor.count()).to.equal(1);
    at('draft').open();
    await draft;
    await silo.runtime.stop();
  });
});
