// Circles of waiting calls that go through a service on several silos.
import { expect } from 'chai';
import { CallCycleError, type Handle } from '../../sdk/index.js';
import { withServices, type ServicePermits } from '../../silo/routing/service-waits.js';
import type { WaitingCall } from '../../silo/routing/wait-report.js';
import { MemoryCluster, type MemoryClusterSilo } from '../cluster/memory-cluster.js';
import { failure } from '../support/memory-silo.js';
import { act, Lane, newAct, Odd } from './odd.js';
import { scene } from './stall.js';

const odd = (silo: MemoryClusterSilo): Handle<Odd> => silo.runtime.service(Odd) as Handle<Odd>;

/** Two silos that host the service, each with two permits, after those that do not. */
async function silos(others: number): Promise<{ readonly cluster: MemoryCluster; readonly first: MemoryClusterSilo; readonly hosts: readonly MemoryClusterSilo[] }> {
  const cluster = await MemoryCluster.of(others, [Lane]);
  for (let n = 0; n < 2; n++) await cluster.add([Lane, Odd]);
  await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
  return { cluster, first: cluster.silos[0]!, hosts: cluster.silos.slice(others) };
}

describe('circles of calls that wait for a service on several silos', () => {
  beforeEach(newAct);
  afterEach(() => {
    act.lane.open();
    act.last.open();
    scene.leaveAll();
  });

  for (const [where, others] of [['hosts it', 0], ['does not host it', 1]] as const) {
    it(`are refused within a second, the youngest call, and the others go on: the actor's silo ${where}`, async () => {
      const { cluster, first, hosts } = await silos(others);
      const held = failure(first.actor(Lane, 'x').workThenAsk());
      await cluster.until(act.inLane.opened);
      // All four permits go to turns that wait for the actor.
      const waiting = [0, 1, 0, 1].map((n) => odd(hosts[n]!).through('x'));
      await cluster.clock.advance('50ms');
      const sinceMs = cluster.clock.monotonicMs();
      act.lane.open();
      const error = await cluster.until(held);
      expect(cluster.clock.monotonicMs() - sinceMs).to.be.at.most(1000);
      expect(error).to.be.instanceOf(CallCycleError);
      expect(error['cycle']).to.include('odd').and.include('lane/x');
      expect(await cluster.until(Promise.all(waiting))).to.deep.equal(['x', 'x', 'x', 'x']);
      await cluster.stop();
    });
  }

  it('are none while one of the turns, on whichever silo, can end', async () => {
    const { cluster, first, hosts } = await silos(0);
    const holding = first.actor(Lane, 'x').workThenAsk();
    await cluster.until(act.inLane.opened);
    const waiting = [0, 1, 0].map((n) => odd(hosts[n]!).through('x'));
    const free = odd(hosts[1]!).whoAmI();
    await cluster.until(scene.has(1));
    act.lane.open();
    await cluster.clock.advance('3s');
    scene.leaveAll();
    expect(await cluster.until(holding)).to.equal(3);
    expect(await cluster.until(Promise.all([...waiting, free]))).to.deep.equal(['x', 'x', 'x', true]);
    await cluster.stop();
  });
});

describe('who waits for a service', () => {
  const call = (id: string, chain: string, given: Partial<WaitingCall>): WaitingCall => ({ id, target: id, since: 0, chain, waitsFor: [], waitsForOwn: [], awaitedBy: [], ...given });
  /** A turn of the service waits for an actor that `y` holds, and `y` waits for the service. */
  const held = call('held', 'x', { waitsFor: ['y'], awaitedBy: ['odd'] });
  const asks = call('asks', 'y', { service: 'odd' });
  const full = (...holders: readonly string[]): ServicePermits => ({ service: 'odd', isFree: false, holders });
  const waitsFor = (calls: readonly WaitingCall[], permits: readonly ServicePermits[], hosts = permits.length): readonly string[] =>
    withServices(calls, permits, () => hosts).find(({ id }) => id === 'asks')!.waitsFor;

  it('waits for all who have its permits when all of them wait for it', () => {
    expect(waitsFor([held, asks], [full('x')])).to.deep.equal(['x']);
    const more = call('more', 'x2', { waitsFor: ['y'], awaitedBy: ['odd'] });
    expect(waitsFor([held, more, asks], [full('x'), full('x2')])).to.deep.equal(['x', 'x2']);
  });

  it('waits for nobody while a permit is free, a silo has not spoken, or a turn waits for nothing', () => {
    expect(waitsFor([held, asks], [full('x'), { service: 'odd', isFree: true, holders: [] }])).to.deep.equal([]);
    expect(waitsFor([held, asks], [full('x')], 2)).to.deep.equal([]);
    expect(waitsFor([held, asks], [full('x', 'free')])).to.deep.equal([]);
    expect(waitsFor([held, asks], [full('x'), full('free')])).to.deep.equal([]);
  });

  it('is not taken for stuck by a call of the chain that the turn does not wait for', () => {
    expect(waitsFor([{ ...held, awaitedBy: ['lane/z'] }, asks], [full('x')])).to.deep.equal([]);
  });

  it('leaves other calls as they are', () => {
    const plain = [held, call('other', 'z', { waitsFor: ['x'] })];
    expect(withServices(plain, [], () => 0)).to.equal(plain);
  });
});
