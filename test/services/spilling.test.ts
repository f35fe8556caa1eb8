// Services on several silos, in memory: where turns run, how many at once, and who takes over what waits.
import { expect } from 'chai';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { Guest, newScene, scene, Stall } from './stall.js';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `v${n}`);

describe('a service on three silos with four permits each', () => {
  let t: TestCluster;

  beforeEach(async () => {
    newScene();
    t = await startTestCluster({ silos: 3, modules: [Stall, Guest], seed: 3, log: 'silent' });
    await t.clock.advance('1s');
  });
  afterEach(async () => {
    scene.leaveAll();
    await t.stop();
  });

  /** Everybody comes in and goes; never more than twelve are inside. */
  async function goThrough(calls: readonly Promise<string>[]): Promise<void> {
    await t.clock.until(scene.has(12));
    for (let left = calls.length; left > 0; left--) {
      await t.clock.advance('50ms');
      expect(scene.inside).to.have.lengthOf(Math.min(12, left));
      scene.inside[0]!.leave();
    }
    expect((await t.clock.until(Promise.all(calls))).length).to.equal(calls.length);
    expect(scene.most).to.equal(12);
  }

  it('runs twelve turns at once and never thirteen, with all callers on one silo', async () => {
    await goThrough(names(40).map((who) => t.silo('s1').service(Stall).stay(who)));
  });

  it('runs twelve turns at once and never thirteen, with callers on all silos', async () => {
    await goThrough(names(60).map((who, n) => t.silo(`s${(n % 3) + 1}`).service(Stall).stay(who)));
  });

  it('runs twelve turns at once and never thirteen, with actors as callers', async () => {
    await goThrough(names(40).map((who) => t.actor(Guest, who).enter(who)));
  });

  it('runs a call on its own silo while a permit is free there', async () => {
    const calls = names(4).map((who) => t.silo('s2').service(Stall).stay(who));
    await t.clock.until(scene.has(4));
    expect(scene.spread()).to.deep.equal([4]);
    scene.leaveAll();
    await t.clock.until(Promise.all(calls));
  });

  it('spreads what its own silo has no permit for over the others', async () => {
    const calls = names(8).map((who) => t.silo('s2').service(Stall).stay(who));
    await t.clock.until(scene.has(8));
    expect(scene.spread()).to.deep.equal([2, 2, 4]);
    scene.leaveAll();
    await t.clock.until(Promise.all(calls));
  });

  it('lets those who wait in, first come, first served, wherever a permit comes back', async () => {
    const handle = t.silo('s1').service(Stall);
    const early = names(12).map((who) => handle.stay(who));
    await t.clock.until(scene.has(12));
    const late = ['a', 'b', 'c'].map((who) => handle.stay(who));
    await t.clock.advance('100ms');
    for (const who of ['a', 'b', 'c']) {
      scene.inside.find(({ who: name }) => name.startsWith('v'))!.leave();
      await t.clock.advance('100ms');
      expect(scene.names()).to.include(who);
    }
    scene.leaveAll();
    await t.clock.until(Promise.all([...early, ...late]));
  });

  /** Equal turns of 10 ms, all that there is room for at once; how many ran on each silo. */
  async function spreadOf(count: number, siloOf: (n: number) => string): Promise<readonly number[]> {
    const calls = names(count).map((who, n) => t.silo(siloOf(n)).service(Stall).stay(who));
    let done = false;
    const all = Promise.all(calls).then(() => (done = true));
    while (!done) {
      const round = [...scene.inside];
      t.clock.setTimer(() => round.forEach((visitor) => visitor.leave()), 10);
      await t.clock.advance('10ms');
    }
    await all;
    expect(scene.most).to.be.at.most(12);
    return [...scene.turns.values()];
  }

  const callers: Readonly<Record<string, (n: number) => string>> = {
    'one silo': () => 's3',
    'all silos': (n) => `s${(n % 3) + 1}`,
    'two silos': (n) => `s${(n % 2) + 1}`,
  };
  for (const [where, siloOf] of Object.entries(callers)) {
    it(`spreads the load of many callers on ${where} within 20 %`, async () => {
      const turns = await spreadOf(600, siloOf);
      expect(turns).to.have.lengthOf(3);
      for (const count of turns) expect(count).to.be.within(160, 240);
    });
  }
});
