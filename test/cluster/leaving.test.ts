import { expect } from 'chai';
import { Actor } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { gate, RecordingLogger } from '../support/memory-silo.js';

const BYTES = 3 * 1024 * 1024;
let hold = gate();
let entered = gate();

@Actor({ name: 'archive', placement: 'prefer-local' })
class Archive {
  greet(): string {
    return 'hello';
  }
  async fetch(): Promise<Uint8Array> {
    entered.open();
    await hold.opened;
    return new Uint8Array(BYTES).fill(7);
  }
}

/** A call of the first silo runs on the second one, which is 400 ms away. */
async function farCall(): Promise<{ readonly t: TestCluster; readonly fetched: Promise<Uint8Array> }> {
  const t = await startTestCluster({ modules: [Archive], silos: 2, log: new RecordingLogger() });
  const [s1, s2] = t.silos;
  await t.clock.until(s2!.actor(Archive, 'a').greet());
  await t.clock.until(s1!.actor(Archive, 'a').greet());
  t.delay(s1!.name, s2!.name, 400);
  const fetched = s1!.actor(Archive, 'a').fetch();
  fetched.catch(() => undefined);
  await t.clock.until(entered.opened);
  return { t, fetched };
}

describe('a silo that leaves', () => {
  beforeEach(() => {
    hold = gate();
    entered = gate();
  });

  it('is a member until the large results of its last calls have arrived', async () => {
    const { t, fetched } = await farCall();
    const stopped = t.silos[1]!.stop();
    await t.clock.advance(10);
    hold.open();
    const bytes = await t.clock.until(fetched);
    expect(bytes.length).to.equal(BYTES);
    expect(bytes.every((byte) => byte === 7)).to.equal(true);
    await t.clock.until(stopped);
    await t.stop();
  });

  it('waits no longer than a moment for a silo that hears nothing', async () => {
    const { t } = await farCall();
    t.cut('s1', 's2');
    const sinceMs = t.clock.monotonicMs();
    hold.open();
    await t.clock.until(t.silos[1]!.stop());
    expect(t.clock.monotonicMs() - sinceMs).to.be.below(3000);
    await t.stop();
  });
});
