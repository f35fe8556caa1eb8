import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Account, Transfer, TransferRefused } from '../../examples/bank/bank.js';
import type { Handle } from '../../sdk/index.js';
import { startTestCluster, VirtualClock, type TestCluster } from '../../silo/testing/index.js';
import { failure, memorySilo, type TestSilo } from '../support/memory-silo.js';
import { TestProcess } from '../support/processes.js';
import { FaultyStore } from '../silo/model/faulty-store.js';
import { Random } from '../silo/model/random.js';

const SOURCES = fileURLToPath(new URL('../../../examples/bank/', import.meta.url));
const NAMES = ['ada', 'bob', 'cleo', 'dan'];
const OPENING = 1000;

type Host = Pick<TestSilo, 'actor'>;

async function openAccounts(host: Host): Promise<void> {
  for (const name of NAMES) await host.actor(Account, name).open(OPENING);
}

async function balances(host: Host): Promise<number[]> {
  return Promise.all(NAMES.map((name) => host.actor(Account, name).balance()));
}

async function transfer(host: Host, id: string, from: string, to: string, cents: number): Promise<void> {
  const order: Handle<Transfer> = host.actor(Transfer, id);
  await order.place(from, to, cents);
  await order.settle();
}

describe('examples/bank', () => {
  let bank: TestCluster;

  beforeEach(async () => {
    bank = await startTestCluster({ modules: [Account, Transfer], log: 'silent' });
    await openAccounts(bank);
  });
  afterEach(() => bank.stop());

  it('moves money once, however often and however many at once ask for it', async () => {
    await Promise.all(Array.from({ length: 5 }, () => transfer(bank, 't1', 'ada', 'bob', 300)));
    await transfer(bank, 't1', 'ada', 'bob', 300);
    expect(await balances(bank)).to.deep.equal([700, 1300, 1000, 1000]);
  });

  it('refuses an id that has another order, from whoever it comes, and amounts that are none', async () => {
    await transfer(bank, 't1', 'ada', 'bob', 300);
    const order = bank.actor(Transfer, 't1');
    for (const [from, to, cents] of [['cleo', 'bob', 300], ['ada', 'cleo', 300], ['ada', 'bob', 301]] as const) {
      expect(await failure(order.place(from, to, cents))).to.include({ name: 'InvalidArgumentError' });
    }
    for (const cents of [0, -5, 0.5, NaN, Infinity]) {
      expect(await failure(bank.actor(Transfer, `bad ${cents}`).place('ada', 'bob', cents))).to.include({ name: 'InvalidArgumentError' });
      expect(await failure(bank.actor(Transfer, `bad ${cents}`).settle())).to.be.instanceOf(TransferRefused);
    }
    expect(await balances(bank)).to.deep.equal([700, 1300, 1000, 1000]);
  });

  it('refuses a step that repeats a key with another amount', async () => {
    const step = bank.actor(Account, 'ada').with({ idempotencyKey: 'step' });
    expect(await step.withdraw(10)).to.equal(true);
    expect(await failure(step.withdraw(11))).to.include({ name: 'InvalidArgumentError', path: 'idempotencyKey' });
    expect(await bank.actor(Account, 'ada').balance()).to.equal(990);
  });

  it('refuses what the payer has not, changes nothing, and stays with that although money has come since', async () => {
    const refusal = await failure(transfer(bank, 't1', 'ada', 'bob', 1001));
    expect(refusal).to.be.instanceOf(TransferRefused);
    expect(refusal.message).to.equal('ada has insufficient funds');
    expect(await balances(bank)).to.deep.equal([1000, 1000, 1000, 1000]);
    await transfer(bank, 't2', 'cleo', 'ada', 500);
    expect(await failure(transfer(bank, 't1', 'ada', 'bob', 1001))).to.be.instanceOf(TransferRefused);
    expect(await balances(bank)).to.deep.equal([1500, 1000, 500, 1000]);
  });

  it('gives the money back once when there is no account to pay it to, also when that is opened later', async () => {
    for (let round = 0; round < 2; round++) {
      expect((await failure(transfer(bank, 't1', 'ada', 'nobody', 300))).message).to.equal('there is no account nobody; ada has the money back');
      expect(await balances(bank)).to.deep.equal([1000, 1000, 1000, 1000]);
      await bank.actor(Account, 'nobody').open(0);
    }
    expect(await bank.actor(Account, 'nobody').balance()).to.equal(0);
  });

  it('goes on between its steps when the payee could not be reached, and when it was away since', async () => {
    const reachable = bank.stub(Account, 'bob', { deposit: () => { throw new Error('out of order'); } });
    expect((await failure(transfer(bank, 't1', 'ada', 'bob', 300))).message).to.contain('out of order');
    expect(await bank.actor(Account, 'ada').balance()).to.equal(700);
    reachable();
    await Promise.all([bank.actor(Transfer, 't1').manage.deactivate(), bank.actor(Account, 'ada').manage.deactivate()]);
    await transfer(bank, 't1', 'ada', 'bob', 300);
    expect(await balances(bank)).to.deep.equal([700, 1300, 1000, 1000]);
  });

  it('settles no order that is so old that the accounts may have forgotten its steps', async () => {
    const reachable = bank.stub(Account, 'bob', { deposit: () => { throw new Error('out of order'); } });
    await failure(transfer(bank, 't1', 'ada', 'bob', 300));
    reachable();
    await bank.actor(Transfer, 't1').manage.deactivate();
    const { now } = Date;
    Date.now = () => now() + 3_000_001;
    try {
      expect((await failure(bank.actor(Transfer, 't1').settle())).message).to.contain('an old one');
    } finally {
      Date.now = now;
    }
    expect(await bank.actor(Account, 'ada').balance()).to.equal(700);
  });

  it('run by itself says what it does and how it ended, in four lines', async () => {
    await using silo = new TestProcess([fileURLToPath(new URL('../../examples/bank/silo.js', import.meta.url))]);
    const { code, stdout, stderr } = await silo.ended;
    expect(code, stderr).to.equal(0);
    const [heading, before, summary, after, ...more] = stdout.trimEnd().split('\n');
    expect(heading).to.match(/^A bank: 300 transfers among four accounts, each asked for twice/);
    expect(before).to.equal('Before: ada 10000, bob 10000, cleo 10000, dan 10000; together 40000 cents');
    const [, settled, refused] = /^600 requests for 300 transfers: (\d+) settled, (\d+) refused/.exec(summary!)!.map(Number);
    expect([settled! + refused!, refused! >= 6]).to.deep.equal([300, true]);
    expect(after).to.match(/^After: .*; together 40000 cents$/);
    expect(more).to.deep.equal([]);
  });

  it('has 60 lines or less in all', async () => {
    const texts = await Promise.all((await readdir(SOURCES)).map((name) => readFile(join(SOURCES, name), 'utf8')));
    expect(texts.join('').split('\n').length - 1).to.be.at.most(60);
  });
});

describe('examples/bank, on a store that loses requests, replies and owners', () => {
  for (const seed of [1, 2, 3]) {
    it(`keeps the total over 300 transfers, each repeated until it is answered (seed ${seed})`, async () => {
      const clock = new VirtualClock();
      const random = new Random(seed);
      const store = new FaultyStore(clock, random, true);
      const bank = memorySilo([Account, Transfer], { store, clock });
      store.isFaulty = false;
      await openAccounts(bank);
      store.isFaulty = true;
      let repeats = 0;
      const persist = async (n: number): Promise<void> => {
        const from = n % 4;
        for (;;) {
          try {
            return await transfer(bank, `t${n}`, NAMES[from]!, NAMES[(from + 1) % 4]!, 1 + (n % 17));
          } catch (error) {
            if (error instanceof TransferRefused) return;
            repeats++;
          }
        }
      };
      let isDone = false;
      const all = Promise.all(Array.from({ length: 600 }, (_, n) => persist(n % 300))).finally(() => (isDone = true));
      while (!isDone) await clock.advance('50ms');
      await all;
      store.isFaulty = false;
      const after = await balances(bank);
      expect(after.reduce((sum, cents) => sum + cents)).to.equal(NAMES.length * OPENING);
      expect(after, 'each transfer happened exactly once').to.deep.equal(expectedBalances());
      expect(Math.min(repeats, store.counts.fenced, store.counts.lostReplies, store.counts.lostRequests), JSON.stringify(store.counts)).to.be.greaterThan(5);
      await bank.runtime.stop();
    });
  }
});

function expectedBalances(): number[] {
  const expected = NAMES.map(() => OPENING);
  for (let n = 0; n < 300; n++) {
    expected[n % 4]! -= 1 + (n % 17);
    expected[(n + 1) % 4]! += 1 + (n % 17);
  }
  return expected;
}
