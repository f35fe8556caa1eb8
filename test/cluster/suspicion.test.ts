import { expect } from 'chai';
import { Actor, State } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';

@Actor({ name: 'lamp', placement: 'random' })
class Lamp {
  @State() lit = 0;
  light(): number {
    return ++this.lit;
  }
}

/** Actors of all silos, called from s1: it has a link to every other one. */
async function litEverywhere(cluster: TestCluster): Promise<void> {
  for (let i = 0; i < 40; i++) await cluster.clock.until(cluster.actor(Lamp, `l${i}`).light());
}

async function dead(cluster: TestCluster): Promise<readonly string[]> {
  const members = await cluster.clock.until(cluster.silo('s1').members());
  return members.filter(({ status }) => status === 'dead').map(({ siloId }) => siloId);
}

describe('a silo whose connections break', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  it('is declared dead at once when nobody listens there: whoever had a link asks others to look', async () => {
    cluster = await startTestCluster({ silos: 3, modules: [Lamp], seed: 5 });
    await litEverywhere(cluster);
    cluster.kill('s2');
    await cluster.clock.advance(1100); // Links notice after one second; a counter must stand still for two.
    expect(await dead(cluster)).to.deep.equal(['s2']);
    expect(await cluster.clock.until(cluster.actor(Lamp, 'l0').light())).to.equal(2);
  });

  it('is left to its heartbeat when it is only cut off, frozen or drops what it has', async () => {
    cluster = await startTestCluster({ silos: 3, modules: [Lamp], seed: 6 });
    await litEverywhere(cluster);
    cluster.drop('s1', 's2');
    cluster.drop('s2', 's3');
    cluster.cut('s1', 's3');
    await cluster.clock.advance(5000);
    expect(await dead(cluster)).to.deep.equal([]);
    cluster.freeze('s2');
    await cluster.clock.advance(1500);
    expect(await dead(cluster)).to.deep.equal([]);
    cluster.thaw('s2');
    cluster.heal();
    await cluster.clock.advance(3000);
    expect(await dead(cluster)).to.deep.equal([]);
  });

  it('waits for its silence when one silo alone is left to miss it', async () => {
    cluster = await startTestCluster({ silos: 2, modules: [Lamp], seed: 7 });
    await litEverywhere(cluster);
    cluster.kill('s2');
    await cluster.clock.advance(1500);
    expect(await dead(cluster)).to.deep.equal([]);
    await cluster.clock.advance(1500);
    expect(await dead(cluster)).to.deep.equal(['s2']);
  });
});
