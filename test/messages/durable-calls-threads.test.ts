// Durable calls that a component makes in its thread: the silo makes them, as calls of the component's turn, under the ids of that turn's message.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ConfigurationError } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Owner, ThreadTill, Wallet } from './fixtures/till-threads.js';

describe('durable calls of components in threads', () => {
  let silo: Silo;
  beforeEach(async () => {
    silo = await startSilo({ modules: [fileURLToPath(new URL('./fixtures/till-threads.js', import.meta.url))], log: 'silent' });
  });
  afterEach(() => silo.stop());
  const wallet = () => silo.actor(Owner, 'o').getComponent(Wallet);
  const till = () => silo.actor(ThreadTill, 'till');

  it('return the result, or what the method threw', async () => {
    expect(silo.statistics().threads.length === 0 && (await wallet().pay(3))).to.equal(3);
    expect(silo.statistics().threads, 'it runs in a thread').to.have.length(1);
    expect(await failure(wallet().pay(-1))).to.be.instanceOf(RangeError);
    expect(await till().total()).to.equal(3);
  });

  it('are not repeated when the thread dies after them and the message is handled again', async () => {
    await wallet().tell.payAndDie(5);
    // The next message of the same sender is behind it.
    await wallet().tell.pay(1);
    let sum = 0;
    while ((sum = await till().total()) < 6) await new Promise((resolve) => setImmediate(resolve));
    expect([sum, await wallet().total()]).to.deep.equal([6, 505]);
  });

  it('to one whose thread dies after its ordinary calls are made again, and those are not', async () => {
    expect(await wallet().with({ durable: true }).payPlainlyAndDie(5)).to.equal(5);
    expect([await till().total(), await wallet().total()]).to.deep.equal([5, 5]);
  });

  it('are made to components in threads too', async () => {
    expect(await wallet().with({ durable: true }).pay(2)).to.equal(2);
    expect(() => wallet().with({ durable: true }).oneWay).to.throw(ConfigurationError);
  });
});
