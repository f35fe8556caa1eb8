import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ConfigurationError } from '../../sdk/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Begun, Own, Shared, Walker } from './fixtures/tail-threads.js';

const modules = [fileURLToPath(new URL('./fixtures/tail-threads.js', import.meta.url))];

describe('tail calls from threads', () => {
  let silo: Silo;
  beforeEach(async () => { silo = await startSilo({ modules, log: 'silent' }); });
  afterEach(() => silo.stop());
  const walker = (key: string) => silo.actor(Walker, key);
  /** Each look is a turn of its own. */
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let looks = 0; !(await holds()); looks++) if (looks > 5000) throw new Error('it did not come to that in 5,000 looks');
  };

  it('hand over from actors, shared and dedicated threads to each other, and the caller gets the last result', async () => {
    const from = Date.now();
    const result = (await walker('a').with({ timeout: '20s' }).walk('b#c!a')) as string;
    const deadline = Number(/^walker after 4 until (.*)$/.exec(result)![1]);
    expect(deadline - from, 'the step knows the deadline of the caller').to.be.within(19_900, 25_000);
    expect(await walker('a').all()).to.deep.equal([1, 4]);
    expect(await walker('b').getComponent(Shared).all()).to.deep.equal([2]);
    expect(await walker('c').getComponent(Own).all()).to.deep.equal([3]);
  });

  it('copy their arguments when they are made', async () => {
    expect(await walker('a').handsObject()).to.equal('b');
  });

  it('keep their turn', async () => {
    const chain = walker('a').count(20);
    const others = Promise.all([walker('a').add(), walker('a').add()]);
    expect(await chain).to.equal(21);
    expect(await others).to.deep.equal([22, 23]);
  });

  it('run again when their thread dies, from the last one on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-tails-'));
    const marker = join(folder, 'died');
    try {
      expect(await walker('a').with({ timeout: '30s' }).beginDying(marker)).to.match(/^walker after 3/);
      expect(readFileSync(marker, 'utf8'), 'the step began twice').to.equal('xx');
      expect(await walker('a').all()).to.deep.equal([1, 3]);
      expect(await walker('a').getComponent(Shared).all()).to.deep.equal([2]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('work in handlers, reminders and timers', async () => {
    await walker('h').send(new Begun('x#'));
    await walker('r').remindMe('y');
    await walker('t').startTimer('z!');
    await until(async () => (await walker('x').getComponent(Shared).all()).length === 1);
    await until(async () => (await walker('y').all()).length === 1);
    await until(async () => (await walker('z').getComponent(Own).all()).length === 1);
  });

  it('of a turn that throws are not there', async () => {
    expect((await failure(walker('a').throwAfterwards())).message).to.equal('after all');
    expect(await walker('a').all()).to.deep.equal([]);
  });

  for (const [what, call, words] of [
    ['that are made and not returned', () => walker('a').forget(), /forget made this tail call and did not return it/],
    ['in @ReadOnly() turns', () => walker('a').reading(), /reading is @ReadOnly/],
    ['in turns that their own actor waits for', () => walker('a').nested(), /runs inside the unit of a turn on the same actor/],
    ['with keepTurn for another actor', () => walker('a').toFar(), /is another actor than/],
  ] as const) {
    it(`are refused ${what}, and the turn changes nothing`, async () => {
      const error = await failure(call());
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.match(words);
      expect(await walker('a').all()).to.deep.equal([]);
      expect(await walker('a').getComponent(Shared).all()).to.deep.equal([]);
    });
  }
});
