// Services while silos die, stop, join, or lose their links.
import { expect } from 'chai';
import { CancelledError, LinkLostError, UnknownMethodError, type Handle } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { MemoryCluster } from '../cluster/memory-cluster.js';
import { failure } from '../support/memory-silo.js';
import { Guest, newScene, scene, Stall, type Visitor } from './stall.js';

const names = (prefix: string, count: number): readonly string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('a service', () => {
  let t: TestCluster;

  beforeEach(async () => {
    newScene();
    t = await startTestCluster({ silos: 3, modules: [Stall, Guest], seed: 5, log: 'silent' });
    await t.clock.advance('1s');
  });
  afterEach(async () => {
    scene.leaveAll();
    await t.stop();
  });

  const stall = (silo: string): Handle<Stall> => t.silo(silo).service(Stall);
  const stay = (silo: string, who: readonly string[]): readonly Promise<string>[] => who.map((each) => stall(silo).stay(each));

  /** The number of each silo's instance. */
  async function instances(): Promise<Readonly<Record<string, number>>> {
    const all: [string, number][] = [];
    for (const { name } of t.silos) all.push([name, await t.clock.until(stall(name).which())]);
    return Object.fromEntries(all);
  }

  /** Those inside on one silo. */
  const inside = (instance: number): readonly Visitor[] => scene.inside.filter((visitor) => visitor.instance === instance);

  it('fails the turns of a silo that dies with what is known, repeats those that only read, and goes on with the others', async () => {
    const { s2 } = await instances();
    const calls = [...stay('s1', names('v', 11)).map(async (call) => call.catch((error: unknown) => error)), stall('s1').look('reader').catch((error: unknown) => error)];
    await t.clock.until(scene.has(12));
    const waiting = stay('s1', names('w', 3));
    await t.clock.advance('100ms');
    const lost = inside(s2!).map(({ who }) => who);
    expect(lost).to.have.lengthOf(4);
    t.kill('s2');
    for (const visitor of inside(s2!)) scene.inside.splice(scene.inside.indexOf(visitor), 1);
    await t.clock.advance('10s');
    // The reader stands where it stood, before those that have waited since.
    expect(scene.inside).to.have.lengthOf(8);
    while (scene.inside.length > 0) {
      scene.leaveAll();
      await t.clock.advance('100ms');
    }
    const outcomes = await t.clock.until(Promise.all(calls));
    for (const [n, outcome] of outcomes.entries()) {
      const who = n === 11 ? 'reader' : `v${n}`;
      if (lost.includes(who) && n !== 11) expect(outcome).to.be.instanceOf(LinkLostError);
      else expect(outcome).to.equal(who);
    }
    expect(await t.clock.until(Promise.all(waiting))).to.deep.equal(['w0', 'w1', 'w2']);
    expect(scene.most).to.equal(12);
  });

  it('gets its permits back from turns whose callers died with their silo', async () => {
    const { s1 } = await instances();
    stay('s1', names('v', 12)).forEach((call) => void call.catch(() => undefined));
    await t.clock.until(scene.has(12));
    t.kill('s1');
    for (const visitor of inside(s1!)) scene.inside.splice(scene.inside.indexOf(visitor), 1);
    // Until that is known, calls would be sent there and lost.
    await t.clock.advance('10s');
    const waiting = stay('s3', names('w', 8));
    await t.clock.advance('1s');
    expect(scene.names().filter((who) => who.startsWith('w')), 'turns go on, whoever waits for them').to.deep.equal([]);
    scene.leaveAll();
    await t.clock.until(scene.has(8));
    scene.leaveAll();
    expect(await t.clock.until(Promise.all(waiting))).to.have.lengthOf(8);
  });

  it('ends its turns on a silo that stops, answers them, and begins none there any more', async () => {
    const { s2 } = await instances();
    const calls = stay('s1', names('v', 12));
    await t.clock.until(scene.has(12));
    const waiting = stay('s1', names('w', 8));
    await t.clock.advance('100ms');
    const stopping = t.silo('s2').stop();
    for (const visitor of inside(s2!)) visitor.leave();
    await t.clock.until(stopping);
    await t.clock.advance('1s');
    expect(scene.inside).to.have.lengthOf(8);
    expect(inside(s2!)).to.deep.equal([]);
    expect(scene.ended).to.deep.equal([s2]);
    scene.leaveAll();
    await t.clock.advance('100ms');
    scene.leaveAll();
    expect(await t.clock.until(Promise.all([...calls, ...waiting]))).to.have.lengthOf(20);
  });

  it('has the turns that keep a silo from stopping told so', async () => {
    const { s2 } = await instances();
    const turn = stall('s2').obey();
    await t.clock.until(scene.has(1));
    const stopping = t.silo('s2').stop();
    await t.clock.until(stopping);
    expect(await t.clock.until(turn)).to.match(/is stopping/);
    expect(scene.ended).to.include(s2);
  });

  it('lets those who wait in on a silo that joins', async () => {
    const calls = stay('s1', names('v', 12));
    await t.clock.until(scene.has(12));
    const waiting = stay('s1', names('w', 6));
    await t.clock.advance('100ms');
    await t.add();
    await t.clock.until(scene.has(16));
    expect(scene.names().filter((who) => who.startsWith('w'))).to.deep.equal(['w0', 'w1', 'w2', 'w3']);
    scene.leaveAll();
    await t.clock.advance('100ms');
    scene.leaveAll();
    await t.clock.until(Promise.all([...calls, ...waiting]));
  });

  it('loses no permit and no waiting call when links break and messages are lost', async () => {
    const { s2, s3 } = await instances();
    const here = stay('s1', names('v', 4));
    const there = [...stay('s2', names('x', 4)), ...stay('s3', names('y', 4))];
    await t.clock.until(scene.has(12));
    const waiting = stay('s1', names('w', 8));
    await t.clock.advance('100ms');
    for (const peer of ['s2', 's3']) t.cut('s1', peer);
    // The offers come to nothing.
    for (const visitor of [...inside(s2!), ...inside(s3!)]) visitor.leave();
    await t.clock.advance('3s');
    expect(scene.names()).to.deep.equal(names('v', 4));
    t.heal();
    await t.clock.until(scene.has(12), '100ms');
    scene.leaveAll();
    await t.clock.until(Promise.all([...here, ...there, ...waiting]));
    expect(scene.most).to.equal(12);
  });

  it('gives a permit back that its caller had asked for and needs no more', async () => {
    const { s2 } = await instances();
    const calls = stay('s1', names('v', 12));
    await t.clock.until(scene.has(12));
    const abort = new AbortController();
    const given = failure(stall('s1').with({ signal: abort.signal }).stay('given up'));
    const other = stall('s3').stay('other');
    await t.clock.advance('100ms');
    abort.abort();
    expect(await given).to.be.instanceOf(CancelledError);
    inside(s2!)[0]!.leave();
    await t.clock.until(scene.sees('other'));
    scene.leaveAll();
    await t.clock.until(Promise.all([...calls, other]));
  });

  it('never waits for a permit of its own, also by way of actors of other silos', async () => {
    const calls = stay('s2', names('v', 11));
    await t.clock.until(scene.has(11));
    for (const key of names('g', 6)) {
      // It takes the last permit, and comes back from an actor, wherever that is.
      const nested = stall('s1').nestFromActor(key);
      await t.clock.until(scene.sees('inner'));
      scene.inside.find(({ who }) => who === 'inner')!.leave();
      expect(await t.clock.until(nested)).to.equal('inner');
    }
    scene.leaveAll();
    await t.clock.until(Promise.all(calls));
  });
});

describe('a silo that does not host a service', () => {
  let cluster: MemoryCluster;
  let near: Handle<Stall>;

  beforeEach(async () => {
    newScene();
    cluster = await MemoryCluster.of(1, [Guest]);
    for (let n = 0; n < 2; n++) await cluster.add([Guest, Stall]);
    await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
    near = cluster.silos[0]!.runtime.service('stall') as Handle<Stall>;
  });
  afterEach(() => {
    scene.leaveAll();
    return cluster.stop();
  });

  it('has its calls run on those that do, as many as there are permits, and the others wait', async () => {
    const calls = names('v', 20).map((who) => near.stay(who));
    await cluster.until(scene.has(8));
    await cluster.clock.advance('1s');
    expect(scene.spread()).to.deep.equal([4, 4]);
    for (let left = 20; left > 0; left--) {
      expect(scene.inside).to.have.lengthOf(Math.min(8, left));
      scene.inside[0]!.leave();
      await cluster.clock.advance('10ms');
    }
    await Promise.all(calls);
    expect(scene.most).to.equal(8);
  });

  it('hears of methods that the service has not, and of one-way calls nothing', async () => {
    expect(await cluster.until(failure((near as unknown as { none(): Promise<void> }).none()))).to.be.instanceOf(UnknownMethodError);
    near.oneWay.stay('quiet');
    await cluster.until(scene.sees('quiet'));
  });
});
