import { expect } from 'chai';
import { Actor, CallCycleError, type ActorContext } from '../../sdk/index.js';
import { WaitGraph, youngest } from '../../silo/routing/wait-circles.js';
import type { WaitingCall } from '../../silo/routing/wait-report.js';
import { gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

let gates = new Map<string, ReturnType<typeof gate>>();
const at = (name: string): ReturnType<typeof gate> => {
  let found = gates.get(name);
  if (!found) gates.set(name, (found = gate()));
  return found;
};

class Meeting {
  constructor(protected readonly ctx: ActorContext<Meeting>) {}
  /** Holds itself until the others hold themselves, then calls the next. */
  async meet(others: readonly string[], next: string): Promise<string> {
    at(this.ctx.key).open();
    for (const other of others) await at(other).opened;
    return this.ctx.actor<Meeting>(this.ctx.type, next).end();
  }
  async both(one: string, other: string): Promise<PromiseSettledResult<string>[]> {
    const call = (own: string, next: string) => this.ctx.actor<Meeting>(this.ctx.type, own).meet([one, other], next);
    return Promise.allSettled([call(one, other), call(other, one)]);
  }
  async hold(): Promise<void> {
    at('held').open();
    await at('let go').opened;
  }
  end(): string {
    return 'end';
  }
}
@Actor({ name: 'far-circle' })
class Chained extends Meeting {}
@Actor({ name: 'far-circle-none', reentrancy: 'none' })
class Closed extends Meeting {}

/** `count` silos, with the actor `k<i>` on silo i. */
async function spread(count: number, Class: typeof Chained): Promise<MemoryCluster> {
  const cluster = await MemoryCluster.of(count, [Chained, Closed]);
  for (const [i, silo] of cluster.silos.entries()) await silo.actor(Class, `k${i}`).end();
  return cluster;
}

describe('circles of calls that wait on several silos', () => {
  beforeEach(() => {
    gates = new Map();
  });

  for (const count of [2, 3]) {
    it(`are refused within a second, the youngest call, and the others go on: of ${count} silos`, async () => {
      const cluster = await spread(count, Chained);
      const keys = cluster.silos.map((_, i) => `k${i}`);
      const calls = cluster.silos.map((silo, i) => silo.actor(Chained, keys[i]!).meet(keys, keys[(i + 1) % count]!));
      const sinceMs = cluster.clock.monotonicMs();
      const outcomes = await cluster.until(Promise.allSettled(calls));
      expect(cluster.clock.monotonicMs() - sinceMs).to.be.at.most(1000);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as CallCycleError] : []));
      expect(refused).to.have.length(1);
      expect(refused[0]).to.be.instanceOf(CallCycleError);
      expect(new Set(refused[0]!.cycle)).to.deep.equal(new Set(keys.map((key) => `far-circle/${key}`)));
      await cluster.stop();
    });
  }

  it('are looked for on, whatever another silo says', async () => {
    const cluster = await spread(3, Chained);
    const [s0, s1, s2] = cluster.silos;
    s1!.runtime.peerControl = () => Promise.resolve([null]);
    const holding = s1!.actor(Chained, 'k1').hold();
    await at('held').opened;
    const waiting = [s0!.actor(Chained, 'k0').meet([], 'k1'), s2!.actor(Chained, 'k2').meet([], 'k0')];
    await cluster.clock.advance(1500);
    expect(s0!.log.lines.filter(({ level }) => level === 'error')).to.have.length.greaterThan(1);
    at('let go').open();
    await cluster.until(Promise.all([holding, ...waiting]));
    await cluster.stop();
  });

  it('are found within one chain, under reentrancy none', async () => {
    const cluster = await spread(3, Closed);
    const outcomes = await cluster.until(cluster.silos[0]!.actor(Closed, 'k0').both('k1', 'k2'));
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect((outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason).to.be.instanceOf(CallCycleError);
    await cluster.stop();
  });

  it('are not seen where somebody waits long for one who goes on', async () => {
    const cluster = await spread(2, Chained);
    const [s0, s1] = cluster.silos;
    const holding = s0!.actor(Chained, 'k1').hold();
    await at('held').opened;
    const waiting = [s0!.actor(Chained, 'k1').end(), s1!.actor(Chained, 'k0').meet([], 'k1')];
    await cluster.clock.advance('5s');
    at('let go').open();
    await holding;
    expect(await Promise.all(waiting)).to.deep.equal(['end', 'end']);
    await cluster.stop();
  });
});

describe('the wait-for graph of several silos', () => {
  const call = (id: string, chain: string, waitsFor: readonly string[], since = 0): WaitingCall => ({ id, chain, waitsFor, since, target: id, waitsForOwn: [], awaitedBy: [] });

  const circles = (calls: readonly WaitingCall[]): string[][][] => {
    const graph = new WaitGraph(calls);
    return graph.knots().map((knot) => knot.calls.map((start) => graph.circleThrough(start, knot).map(({ id }) => id)));
  };
  const line = (count: number): WaitingCall[] => Array.from({ length: count }, (_, i) => call(`w${i}`, `C${i}`, [`C${i + 1}`]));

  it('has a circle where each waits for the next, and none where the last waits for nobody', () => {
    const open = [call('a', 'X', ['Y']), call('b', 'Y', ['Z']), call('c', 'Z', [])];
    expect(circles(open)).to.deep.equal([]);
    const closed = [...open.slice(0, 2), call('c', 'Z', ['Q', 'X'])];
    expect(circles(closed).flat().sort()).to.deep.equal([['a', 'b', 'c'], ['b', 'c', 'a'], ['c', 'a', 'b']]);
  });

  it('leads only from those who are awaited where a call waits for its own chain', () => {
    const own = { ...call('a', 'X', []), waitsForOwn: ['X'] };
    expect(circles([own, { ...call('b', 'X', ['Y']), awaitedBy: ['a'] }, call('c', 'Y', ['X'])]).flat()).to.deep.include(['a', 'b', 'c']);
    expect(circles([own, call('b', 'X', ['Y']), call('c', 'Y', ['X'])]).flat().flat()).to.not.include('a');
  });

  it('keeps apart those who wait for a circle, and circles that only lead to each other', () => {
    const two = [call('a', 'A', ['B']), call('b', 'B', ['A', 'C']), call('c', 'C', ['D']), call('d', 'D', ['C'])];
    const graph = new WaitGraph([call('before', 'P', ['A']), ...two, call('after', 'Q', [])]);
    expect(graph.knots().map(({ calls }) => calls.map(({ id }) => id).sort())).to.deep.equal([['c', 'd'], ['a', 'b']]);
  });

  it('costs a few steps for each of 5,000 calls, in a line as well as before one', () => {
    for (const calls of [line(5000), Array.from({ length: 5000 }, (_, i) => call(`w${i}`, `C${i}`, ['H'])).concat(call('h', 'H', ['C0']))]) {
      const graph = new WaitGraph(calls);
      graph.knots();
      expect(graph.steps).to.be.below(3 * calls.length);
    }
  });

  it('is found whole when it is a circle of 5,000', () => {
    const calls = line(4999).concat(call('last', 'C4999', ['C0']));
    const graph = new WaitGraph(calls);
    const [knot] = graph.knots();
    expect(graph.circleThrough(calls[7]!, knot!)).to.have.length(5000);
  });

  it('gives up the call that was queued last; of two at once the same one everywhere', () => {
    const circle = [call('a', 'X', ['Y'], 1), call('b', 'Y', ['X'], 2)];
    expect(youngest(circle).id).to.equal('b');
    expect(youngest([...circle].reverse()).id).to.equal('b');
    const atOnce = [call('a', 'X', ['Y'], 2), call('b', 'Y', ['X'], 2)];
    expect(youngest(atOnce).id).to.equal(youngest([...atOnce].reverse()).id);
  });
});
