import { expect } from 'chai';
import { InvalidArgumentError, StaleEpochError } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Account, Purse, WatchedStore } from './account.js';

describe('the unit of work', () => {
  it('commits an actor and its components in one commit with only the changed fields', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    await actor(Account, 'a').depositBoth(5, false);
    expect(store.commits).to.have.length(1);
    expect([...store.commits[0]!.fields.keys()].sort()).to.deep.equal(['Purse:coins', 'balance', 'notes', 'where']);
    await actor(Account, 'a').deposit(1);
    expect([...store.commits[1]!.fields.keys()]).to.deep.equal(['balance']);
    await runtime.stop();
  });

  it('leaves nothing of a unit whose outermost turn throws, in the actor and in its components', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    const account = actor(Account, 'a');
    await account.depositBoth(5, false);
    const error = await failure(account.depositBoth(7, true));
    expect(error).to.be.instanceOf(RangeError);
    expect(error.message).to.equal('too much');
    expect(await account.get()).to.deep.equal({ balance: 5, notes: ['both'], x: 1, seen: 0, isPoint: true });
    expect(await account.getComponent(Purse).get()).to.equal(5);
    expect(store.commits).to.have.length(1);
    await runtime.stop();
  });

  it('restores state in the next activation exactly, classes included', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Account], { store });
    await first.actor(Account, 'a').depositBoth(5, false);
    await first.actor(Account, 'a').see();
    await first.runtime.stop();
    const second = memorySilo([Account], { store });
    expect(await second.actor(Account, 'a').get()).to.deep.equal({ balance: 5, notes: ['both'], x: 1, seen: 1, isPoint: true });
    await second.runtime.stop();
  });

  it('includes what a component calls back on its owner', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    expect(await actor(Account, 'a').addThroughPurse(3)).to.equal(1);
    expect(store.commits).to.have.length(1);
    await runtime.stop();
  });

  it('replies only after the commit, and shows nobody what is not committed', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    const account = actor(Account, 'a');
    const reached = gate();
    const hold = gate();
    store.answer = async (result) => {
      reached.open();
      await hold.opened;
      return result;
    };
    const events: string[] = [];
    const deposit = account.deposit(5).then(() => events.push('replied'));
    await reached.opened;
    const read = account.get().then(({ balance }) => events.push(`read ${balance}`));
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(events).to.deep.equal([]);
    store.answer = undefined;
    hold.open();
    await Promise.all([deposit, read]);
    expect(events).to.have.members(['replied', 'read 5']);
    await runtime.stop();
  });

  it('writes nothing for a turn that changed nothing', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    await actor(Account, 'a').deposit(0);
    expect(store.commits).to.have.length(0);
    await runtime.stop();
  });

  it('answers StaleEpochError and drops the activation when its commit is fenced', async () => {
    const store = new MemoryStateStore();
    const first = memorySilo([Account], { store });
    const second = memorySilo([Account], { store });
    await first.actor(Account, 'a').deposit(1);
    await second.actor(Account, 'a').deposit(10);
    expect(await failure(first.actor(Account, 'a').deposit(100))).to.be.instanceOf(StaleEpochError);
    expect((await second.actor(Account, 'a').get()).balance).to.equal(11);
    expect((await first.actor(Account, 'a').get()).balance).to.equal(11);
    await Promise.all([first.runtime.stop(), second.runtime.stop()]);
  });

  it('asks for a lost answer again with the same commit id, and the change happens once', async () => {
    const store = new WatchedStore();
    const { actor, runtime } = memorySilo([Account], { store });
    let lost = 0;
    store.answer = (result) => (lost++ < 2 ? Promise.reject(new Error('the connection broke')) : Promise.resolve(result));
    expect(await actor(Account, 'a').deposit(5)).to.equal(5);
    expect(new Set(store.commits.map(({ commitId }) => commitId)).size).to.equal(1);
    expect((await actor(Account, 'a').get()).balance).to.equal(5);
    await runtime.stop();
  });

  it('refuses a plain object in a field that held an instance of a serializable class', async () => {
    const { actor, runtime } = memorySilo([Account]);
    const error = await failure(actor(Account, 'a').setWhere({ x: 1, y: 2 }));
    expect(error).to.be.instanceOf(InvalidArgumentError);
    expect(error.path).to.equal('Account.where');
    expect((await actor(Account, 'a').get()).isPoint).to.equal(true);
    await runtime.stop();
  });
});
