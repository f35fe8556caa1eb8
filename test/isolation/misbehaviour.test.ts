// Every misdeed once; `npm run campaign -- --only misbehaving` does each 25 times, and measures.
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { misbehave, TIERS, type Tier } from '../../bench/isolation/misbehaviour.js';
import { MISDEEDS, type MisdeedName } from '../../bench/isolation/misdeeds.js';
import { TestProcess } from '../support/processes.js';

const tiers = Object.keys(TIERS) as Tier[];
const PROGRAM = fileURLToPath(new URL('./fixtures/uncontained-silo.js', import.meta.url));

describe('a component that misbehaves', () => {
  (Object.keys(MISDEEDS) as MisdeedName[]).forEach((name, index) => {
    const tier = tiers[index % tiers.length]!;
    it(`harms nobody else and is back as it was last saved: ${name} (${tier})`, async () => {
      const { complaints, calls } = await misbehave(name, tier);
      expect(complaints).to.deep.equal([]);
      // While a thread dies and comes back each of the others, six at most, calls again and again.
      if (MISDEEDS[name].end === 'crash') expect(calls).to.be.greaterThan(6);
    }).timeout(20_000);
  });
});

describe('what a thread does not contain', () => {
  const endOf = async (misdeed: string) => {
    await using process = new TestProcess([PROGRAM, misdeed]);
    return await process.ended;
  };

  it('an assertion in native code ends the silo', async () => {
    expect((await endOf('binding')).signal).to.equal('SIGABRT');
  });

  it('a signal by another way than process.kill ends the silo', async () => {
    expect((await endOf('kill')).signal).to.equal('SIGTERM');
  });

  it('a debugger session to the main thread runs code in it', async () => {
    expect((await endOf('inspector')).code).to.equal(44);
  });

  it('a child process outlives the thread that started it', async () => {
    await using silo = new TestProcess([PROGRAM, 'child']);
    const pid = Number((await silo.waitForOutput(/child (\d+) after its thread/))[1]);
    // Throws when it is not there.
    expect(process.kill(pid, 0)).to.equal(true);
    process.kill(pid, 'SIGKILL');
  });
});
