import { expect } from 'chai';
import { HashPlacement } from '../../placement/hash-placement.js';
import { placeMany, request, silo, silos, tally } from './world.js';

const ACTORS = 20_000;

describe('placement by hash', () => {
  const hash = new HashPlacement();

  it('chooses the same silo for an actor whoever asks, in whatever order the candidates come', () => {
    const candidates = silos(5);
    expect(placeMany(hash, 500, [...candidates].reverse(), { caller: 'silo-3' })).to.deep.equal(placeMany(hash, 500, candidates));
  });

  it('spreads actors evenly, whatever silos and keys are called', () => {
    const named = ['a', 'b', 'host-1f3a99c0', 'host-1f3a99c1', 'host-1f3a99c2', 'host-1f3a99c3', 'host-1f3a99c4', 'z'].map((id) => silo(id));
    for (const candidates of [silos(3), silos(10), named]) {
      const counts = Object.values(tally(placeMany(hash, ACTORS, candidates)));
      expect(counts).to.have.length(candidates.length);
      // Three standard deviations of ten silos' shares are 6.4 per cent.
      for (const count of counts) expect(count * candidates.length / ACTORS).to.be.within(0.93, 1.07);
    }
  });

  it('moves only the share of a silo that is lost, to all the others alike', () => {
    const candidates = silos(6);
    const before = placeMany(hash, ACTORS, candidates);
    const after = placeMany(hash, ACTORS, candidates.filter(({ id }) => id !== 'silo-2'));
    const moved = before.flatMap((id, actor) => (id === after[actor] ? [] : [{ from: id, to: after[actor]! }]));
    expect(moved).to.have.length(tally(before)['silo-2']!);
    expect(new Set(moved.map(({ from }) => from))).to.deep.equal(new Set(['silo-2']));
    for (const count of Object.values(tally(moved.map(({ to }) => to)))) expect(count * 5 / moved.length).to.be.within(0.85, 1.15);
  });

  it('moves to a silo that comes its share and nothing else', () => {
    const before = placeMany(hash, ACTORS, silos(5));
    const after = placeMany(hash, ACTORS, silos(6));
    const moved = after.filter((id, actor) => id !== before[actor]);
    expect(new Set(moved)).to.deep.equal(new Set(['silo-5']));
    expect(moved.length * 6 / ACTORS).to.be.within(0.93, 1.07);
  });

  it('weighs silos by their capacity; one without counts as 100,000', () => {
    const [small, large, open] = [silo('small', { capacity: 50_000 }), silo('large', { capacity: 150_000 }), silo('open')];
    const counts = tally(placeMany(hash, ACTORS, [small, large, open]));
    expect(counts.small! * 6 / ACTORS).to.be.within(0.93, 1.07);
    expect(counts.large! * 2 / ACTORS).to.be.within(0.93, 1.07);
    expect(counts.open! * 3 / ACTORS).to.be.within(0.93, 1.07);
  });

  it('moves only what a capacity gains when it grows', () => {
    const candidates = silos(4, { capacity: 1000 });
    const before = placeMany(hash, ACTORS, candidates);
    const after = placeMany(hash, ACTORS, candidates.map((one) => (one.id === 'silo-1' ? { ...one, capacity: 2000 } : one)));
    expect(new Set(after.filter((id, actor) => id !== before[actor]))).to.deep.equal(new Set(['silo-1']));
  });

  it('tells types and keys apart', () => {
    const candidates = silos(64);
    const places = ['ab', 'a', 'abc'].map((type) => Array.from({ length: 50 }, (_, key) => hash.choose(request(`c${key}`, { type }), candidates)));
    expect(new Set(places.map((list) => list.join())).size).to.equal(3);
  });
});
