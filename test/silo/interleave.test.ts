import { expect } from 'chai';
import { memorySilo } from '../support/memory-silo.js';
import { at, Chain, forgetSteps, log } from './steps.js';

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
});
