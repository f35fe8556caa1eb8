// Several silos. Whatever dies or is cut between the caller of a durable call and its callee: the method's effect on state is there once, and who still waits gets
// its result (DC1 to DC6 in silo/messages/durable-calls.ts).
import { expect } from 'chai';
import { startTestCluster, type TestCluster, type TestSilo } from '../../silo/testing/index.js';
import { LinkLostError } from '../../sdk/index.js';
import { failure, gate, RecordingLogger } from '../support/memory-silo.js';
import { Payer, resetWorld, Till, world } from './fixtures/till.fixture.js';

describe('durable calls among silos', () => {
  let cluster: TestCluster;
  let payer: string;
  beforeEach(async () => {
    resetWorld();
    payer = '';
    cluster = await startTestCluster({ modules: [Till, Payer], silos: 3, seed: 11, log: new RecordingLogger() });
    await cluster.clock.until(cluster.actor(Till, 'till').count());
    // One that is not where the till is.
    for (let n = 0; payer === '' || hostOf(`payer/${payer}`) === hostOf('till/till'); n++) await cluster.clock.until(cluster.actor(Payer, (payer = `p${n}`)).all());
  });
  afterEach(async () => {
    for (const held of [world.hold, world.after]) held?.open();
    await cluster.stop();
  });

  const hostOf = (actor: string): TestSilo => cluster.silos.find((silo) => silo.isUp && silo.activations().includes(actor))!;
  const otherThan = (...names: readonly string[]): TestSilo => cluster.silos.find((silo) => silo.isUp && !names.includes(silo.name))!;
  const count = (): Promise<readonly [number, number]> => cluster.clock.until(cluster.actor(Till, 'till').count(), '1s');
  const put = (from: TestSilo, amount: number): Promise<number> => from.actor(Till, 'till').with({ durable: true }).put(amount);

  it('return their result when the silo of the callee is killed while the method runs', async () => {
    const host = hostOf('till/till');
    world.hold = gate();
    const putting = put(otherThan(host.name), 3);
    await cluster.clock.until(world.entered.opened);
    cluster.kill(host.name);
    world.hold.open();
    expect(await cluster.clock.until(putting, '100ms')).to.equal(3);
    expect([world.runs, await count()]).to.deep.equal([2, [3, 1]]);
  });

  it('return their result when the link breaks on which the reply was to come', async () => {
    const host = hostOf('till/till');
    const from = otherThan(host.name);
    world.hold = gate();
    const putting = put(from, 3);
    await cluster.clock.until(world.entered.opened);
    cluster.cut(from.name, host.name);
    world.hold.open();
    await cluster.clock.advance('3s');
    cluster.heal();
    expect(await cluster.clock.until(putting, '100ms')).to.equal(3);
    expect([world.runs, await count()]).to.deep.equal([1, [3, 1]]);
  });

  it('are done once when the silo of the caller is killed while the method runs', async () => {
    const from = otherThan(hostOf('till/till').name);
    world.hold = gate();
    const putting = failure(put(from, 3));
    await cluster.clock.until(world.entered.opened);
    cluster.kill(from.name);
    expect(await cluster.clock.until(putting)).to.be.instanceOf(LinkLostError);
    world.hold.open();
    await cluster.clock.advance('30s');
    expect([world.runs, await count()]).to.deep.equal([1, [3, 1]]);
  });

  it('are done when the silo of the caller is killed before they got away', async () => {
    const host = hostOf('till/till');
    const from = otherThan(host.name);
    cluster.cut(from.name, host.name);
    const putting = failure(put(from, 3));
    await cluster.clock.advance(500);
    expect(world.runs).to.equal(0);
    cluster.kill(from.name);
    await cluster.clock.until(putting);
    await cluster.clock.advance('30s');
    expect([world.runs, await count()]).to.deep.equal([1, [3, 1]]);
  });

  it('of a message whose silo is killed after them are not repeated on the next one, which gets the same result', async () => {
    world.after = gate();
    await otherThan(hostOf(`payer/${payer}`).name).actor(Payer, payer).tell.pay();
    await cluster.clock.until(world.paid.opened);
    cluster.kill(hostOf(`payer/${payer}`).name);
    world.after.open();
    await cluster.clock.advance('30s');
    expect(await cluster.clock.until(cluster.actor(Payer, payer).all())).to.deep.equal([1]);
    expect([world.runs, await count()]).to.deep.equal([1, [1, 1]]);
  });

  it('that a dead silo left in its outbox are known when they come after the retried turn has had its result', async () => {
    const host = hostOf('till/till');
    const payerHost = hostOf(`payer/${payer}`);
    cluster.cut(payerHost.name, host.name);
    await otherThan(payerHost.name).actor(Payer, payer).tell.pay();
    // Its first attempt is stored, and does not get away.
    await cluster.clock.advance('2s');
    expect(world.runs).to.equal(0);
    cluster.kill(payerHost.name);
    await cluster.clock.advance('60s');
    expect(await cluster.clock.until(cluster.actor(Payer, payer).all())).to.deep.equal([1]);
    expect([world.runs, await count()]).to.deep.equal([1, [1, 1]]);
  });

  for (const seed of [1, 2, 3, 4]) {
    it(`are each applied once through kills, stops and broken links (seed ${seed})`, async () => {
      const storm = await startTestCluster({ modules: [Till, Payer], silos: 3, seed, log: new RecordingLogger() });
      const returned: number[] = [];
      const goOn: number[] = [];
      let made = 0;
      for (let round = 0; round < 9; round++) {
        const calls = storm.silos.filter(({ isUp }) => isUp).flatMap((silo) => Array.from({ length: 5 }, async () => {
          const n = ++made;
          await silo.actor(Till, `t${n % 3}`).with({ durable: true, timeout: '10s' }).take(n)
            .then((value) => returned.push(value), (error: Error) => error.message.includes('goes on as a message') && goOn.push(n));
        }));
        await storm.clock.advance(1 + round * 5);
        const name = storm.silos[round % 3]!.name;
        if (round % 3 === 0) storm.kill(name);
        else if (round % 3 === 1) storm.drop(name, storm.silos[(round + 1) % 3]!.name);
        else await storm.clock.until(storm.silo(name).stop(), '100ms');
        await storm.clock.until(Promise.all(calls), '100ms');
        if (storm.silo(name).hasEnded) await storm.restart(name);
      }
      await storm.clock.advance('90s');
      const taken = (await storm.clock.until(Promise.all([0, 1, 2].map((t) => storm.actor(Till, `t${t}`).all())), '1s')).flat();
      expect(taken.length, 'none twice').to.equal(new Set(taken).size);
      expect(taken, 'none that returned is missing').to.include.members(returned);
      expect(taken, 'none that was to go on is missing').to.include.members(goOn);
      expect(returned.length, 'most had somebody who waited').to.be.at.least(made / 2);
      await storm.stop();
    });
  }
});
