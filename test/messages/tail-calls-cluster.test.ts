import { expect } from 'chai';
import { startTestCluster, type TestCluster, type TestSilo } from '../../silo/testing/index.js';
import { failure, gate, RecordingLogger } from '../support/memory-silo.js';
import { Desk, Step, world } from './tail-steps.js';

describe('tail calls among silos', () => {
  let cluster: TestCluster;
  const settled = <T>(promise: Promise<T>): Promise<T> => cluster.clock.until(promise);
  const steps = (key: string): Promise<number[]> => settled(cluster.actor(Step, key).all());
  const hostOf = (key: string): TestSilo => cluster.silos.find((silo) => silo.isUp && silo.activations().includes(`tail-step/${key}`))!;
  /** An actor of its own for each silo, awake there, in their order; the first silo is the callers'. */
  const placed = async (): Promise<readonly string[]> => {
    const keys: string[] = [];
    for (const { name } of cluster.silos) {
      for (let n = 0; ; n++) {
        const key = 'abcdefghijklmnopqrstuvwxyz'[n]!;
        if (keys.includes(key)) continue;
        await settled(cluster.actor(Step, key).all());
        if (hostOf(key).name !== name) continue;
        keys.push(key);
        break;
      }
    }
    return keys;
  };
  const outboxOf = (key: string) => cluster.silos.find(({ isUp }) => isUp)!.runtime.messages.store.outbox({ type: 'tail-step', key }, 100);
  beforeEach(async () => {
    world.reset();
    cluster = await startTestCluster({ modules: [Step, Desk], silos: 3, seed: 3, log: new RecordingLogger() });
  });
  afterEach(() => cluster.stop());

  it('go from silo to silo; the caller, on another one, gets the last result once', async () => {
    const [own, far, third] = await placed() as [string, string, string];
    expect(await settled(cluster.actor(Step, far).walk(`${third}${own}${far}${third}`))).to.equal(`${third} after 5`);
    expect([await steps(own), await steps(far), await steps(third)]).to.deep.equal([[3], [1, 4], [2, 5]]);
    await cluster.clock.advance('1s');
    for (const key of [own, far, third]) expect(await settled(outboxOf(key)), key).to.deep.equal([]);
    for (const { runtime } of cluster.silos) expect(runtime.messages.replies.count).to.equal(0);
  });

  it('bring errors of steps on other silos to the caller', async () => {
    const [, far, third] = await placed() as [string, string, string];
    world.during = (run) => {
      if (run === `${third}2`) throw new RangeError('no more');
    };
    expect((await failure(settled(cluster.actor(Step, far).walk(third)))).message).to.equal('no more');
  });

  it('that a silo had begun when it died begin again elsewhere, from the last one on, and the caller gets the result', async () => {
    const [own, far, third] = await placed() as [string, string, string];
    const begun = gate();
    world.during = (run) => {
      if (run !== `${third}3` || world.runs.filter((each) => each === run).length > 1) return undefined;
      begun.open();
      return new Promise(() => undefined);
    };
    const call = cluster.actor(Step, own).walk(`${far}${third}${own}`);
    await settled(begun.opened);
    cluster.kill(hostOf(third).name);
    expect(await settled(call)).to.equal(`${own} after 4`);
    expect(world.runs).to.deep.equal([`${own}1`, `${far}2`, `${third}3`, `${third}3`, `${own}4`]);
    expect([await steps(own), await steps(far), await steps(third)]).to.deep.equal([[1, 4], [2], [3]]);
  });

  it('that are through when their silo dies before it could reply are answered by another', async () => {
    const [own, far] = await placed() as [string, string, string];
    const host = hostOf(far);
    const asked = gate();
    // Whatever it says to the caller's silo never arrives.
    (host.runtime.messages.replies as unknown as { tell: () => Promise<void> }).tell = () => {
      asked.open();
      return new Promise(() => undefined);
    };
    const call = cluster.actor(Step, own).walk(far);
    await settled(asked.opened);
    cluster.kill(host.name);
    expect(await settled(call)).to.equal(`${far} after 2`);
    expect(world.runs, 'no step ran again').to.deep.equal([`${own}1`, `${far}2`]);
  });

  it('whose reply cannot get through keep it, and messages to others do not wait for that', async () => {
    const [own, far, third] = await placed() as [string, string, string];
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => (run === `${far}2` ? (begun.open(), closed.opened) : undefined);
    const call = cluster.actor(Step, own).walk(far);
    await settled(begun.opened);
    cluster.cut(hostOf(own).name, hostOf(far).name);
    closed.open();
    await cluster.clock.advance('100ms');
    // Handed over by the same actor, after the reply.
    expect(await settled(hostOf(third).actor(Step, far).walk(third))).to.equal(`${third} after 2`);
    cluster.heal();
    expect(await settled(call)).to.equal(`${far} after 2`);
  });

  it('go on when the silo that waits dies; then nobody is answered, and nothing is left', async () => {
    const [own, far, third] = await placed() as [string, string, string];
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => (run === `${third}2` ? (begun.open(), closed.opened) : undefined);
    const call = failure(hostOf(own).actor(Step, far).walk(third));
    await settled(begun.opened);
    cluster.kill(hostOf(far).name);
    closed.open();
    expect((await settled(call))['code']).to.be.oneOf(['ERR_LINK_LOST', 'ERR_CALL_TIMEOUT', 'ERR_SILO_UNAVAILABLE']);
    await cluster.clock.advance('30s');
    expect([await steps(far), await steps(third)]).to.deep.equal([[1], [2]]);
    expect(world.runs).to.deep.equal([`${far}1`, `${third}2`]);
    for (const key of [far, third]) expect(await settled(outboxOf(key)), key).to.deep.equal([]);
  });

  it('wait for what a silo that leaves has begun, and are answered', async () => {
    const [own, far, third] = await placed() as [string, string, string];
    const [begun, closed] = [gate(), gate()];
    world.during = (run) => (run === `${far}2` ? (begun.open(), closed.opened) : undefined);
    const call = cluster.actor(Step, own).walk(`${far}${third}`);
    await settled(begun.opened);
    const left = hostOf(far).stop();
    closed.open();
    await settled(left);
    expect(await settled(call)).to.equal(`${third} after 3`);
    expect([await steps(own), await steps(far), await steps(third)]).to.deep.equal([[1], [2], [3]]);
  });
});
