import { expect } from 'chai';
import { LocationCache } from '../../directory/location-cache.js';
import type { Peer } from '../../protocol/ports/index.js';
import { Actor, State } from '../../sdk/index.js';
import { WrongHints } from '../../silo/routing/wrong-hints.js';
import { gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

let arrived = gate();

@Actor({ name: 'wanderer' })
class Wanderer {
  @State() count = 0;
  add(): number {
    return ++this.count;
  }
  note(): void {
    this.count++;
    arrived.open();
  }
}

describe('a silo that sends one-way calls to where an actor was', () => {
  beforeEach(() => void (arrived = gate()));

  it('loses none of them, and sends the next ones to where it is', async () => {
    const cluster = await MemoryCluster.of(3, [Wanderer]);
    const [s0, s1, s2] = cluster.silos;
    await s1!.actor(Wanderer, 'a').add();
    await s0!.actor(Wanderer, 'a').add();
    await s1!.actor(Wanderer, 'a').manage.deactivate();
    await s2!.actor(Wanderer, 'a').add();
    s0!.actor(Wanderer, 'a').oneWay.note();
    await cluster.until(arrived.opened);
    arrived = gate();
    s0!.actor(Wanderer, 'a').oneWay.note();
    await cluster.until(arrived.opened);
    expect(cluster.carried.slice(-3)).to.deep.equal(['s0>s1 note', 's1>s2 note', 's0>s2 note']);
    expect(await s2!.actor(Wanderer, 'a').add()).to.equal(6);
    await cluster.stop();
  });

  it('keeps what it learned before it hears that it was wrong', () => {
    const id = { type: 'wanderer', key: 'a' };
    const locations = new LocationCache();
    let hear!: (body: unknown, from: Peer) => void;
    new WrongHints({ ask: () => Promise.resolve(undefined) }, locations, { incarnation: 'i0', peers: [] }, { on: (_topic, handler) => void (hear = handler) });
    locations.set(id, 'i3');
    hear(['wanderer', 'a', 'i2'], { siloId: 's1', incarnation: 'i1' });
    expect(locations.get(id)).to.equal('i3');
    locations.set(id, 'i1');
    hear(['wanderer', 'a', undefined], { siloId: 's1', incarnation: 'i1' });
    expect(locations.get(id)).to.equal(undefined);
  });
});
