import { expect } from 'chai';
import type { PlacementPolicy, SiloSnapshot } from '../../protocol/ports/placement.js';
import { builtInPolicies } from '../../placement/built-in-policies.js';
import type { PolicyName } from '../../placement/policy-names.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { placeMany, request, seeded, silo, silos, tally } from './world.js';

let clock: VirtualClock;
let policies: Readonly<Record<PolicyName, PlacementPolicy>>;
beforeEach(() => {
  clock = new VirtualClock();
  policies = builtInPolicies(seeded(3), clock);
});

describe('placement at the least loaded silo', () => {
  const place = (count: number, candidates: readonly SiloSnapshot[]): Readonly<Record<string, number>> => tally(placeMany(policies['least-loaded'], count, candidates));

  it('never chooses the fullest', () => {
    const candidates = [silo('full', { activations: 10_000 }), ...silos(3)];
    expect(place(300, candidates)).to.have.all.keys('silo-0', 'silo-1', 'silo-2');
  });

  it('goes by activations relative to capacity, and by their number where one has no capacity', () => {
    expect(place(1, [silo('large', { activations: 500, capacity: 10_000 }), silo('small', { activations: 100, capacity: 200 })])).to.deep.equal({ large: 1 });
    expect(place(1, [silo('open', { activations: 500 }), silo('small', { activations: 100, capacity: 200 })])).to.deep.equal({ small: 1 });
  });

  it('does not send a crowd to the silo that was the emptiest in a snapshot of seconds ago', () => {
    const stale = [silo('emptiest', { activations: 0 }), ...silos(9, { activations: 20 })];
    const counts = place(1000, stale);
    expect(counts.emptiest).to.be.within(100, 150);
    for (const { id } of stale.slice(1)) expect(counts[id], id).to.be.within(60, 140);
  });

  it('shares a crowd out among silos that do not know of each other, from one stale snapshot', () => {
    const stale = [silo('emptiest', { activations: 0 }), ...silos(9, { activations: 20 })];
    const deciders = Array.from({ length: 10 }, (_, seed) => builtInPolicies(seeded(seed), clock)['least-loaded']);
    const counts = tally(deciders.flatMap((policy) => placeMany(policy, 20, stale)));
    // Whoever asks all takes the emptiest for all 200; of two choices it is one in a fifth of the cases.
    expect(counts.emptiest).to.be.below(70);
  });

  it('fills an empty silo up to the others and then all alike, from one snapshot', () => {
    expect(place(40, [silo('new'), silo('old', { activations: 20 })])).to.deep.equal({ new: 30, old: 10 });
  });

  it('counts heavy actors by their weight', () => {
    const [one, other] = silos(2);
    const first = policies['least-loaded'].choose(request('heavy', { weight: 10 }), [one!, other!]);
    expect(tally(placeMany(policies['least-loaded'], 9, [one!, other!]))).to.deep.equal({ [first === 'silo-0' ? 'silo-1' : 'silo-0']: 9 });
  });

  it('forgets what it placed when a new reading comes, and when the old one has stood for five seconds', async () => {
    const [one, other] = [silo('one'), silo('other', { activations: 3 })];
    expect(place(3, [one, other])).to.deep.equal({ one: 3 });
    expect(place(2, [{ ...one, activations: 1 }, other])).to.deep.equal({ one: 2 });
    expect(place(1, [{ ...one, activations: 0 }, { ...other, activations: 4 }])).to.deep.equal({ one: 1 });
    await clock.advance('6s');
    expect(place(3, [{ ...one, activations: 0 }, other])).to.deep.equal({ one: 3 });
  });
});

describe('placement by resources', () => {
  const policy = (): PlacementPolicy => policies['resource-optimized'];
  const pick = (candidates: readonly SiloSnapshot[]): unknown => policy().choose(request('p1'), candidates);

  it('avoids the silo that is busy, the one that is short of memory, and the one that is full of actors', () => {
    for (const burden of [{ cpu: 0.9 }, { memory: 0.9 }, { activations: 900, capacity: 1000 }, { activations: 5000 }]) {
      expect(tally(placeMany(policy(), 50, [silo(`burdened-${JSON.stringify(burden)}`, burden), silo('free')])), JSON.stringify(burden)).to.deep.equal({ free: 50 });
      policies = builtInPolicies(seeded(3), clock);
    }
  });

  it('takes the local silo as long as it is hardly worse, and not beyond', () => {
    expect(pick([silo('here', { cpu: 0.1, isLocal: true }), silo('there')])).to.equal('here');
    policies = builtInPolicies(seeded(3), clock);
    expect(pick([silo('here', { cpu: 0.2, isLocal: true }), silo('there')])).to.equal('there');
  });

  it('prefers the local silo also where it is not among those drawn', () => {
    const candidates = [...silos(99), silo('here', { isLocal: true })];
    expect(tally(placeMany(policy(), 1, candidates))).to.deep.equal({ here: 1 });
  });

  it('shares a crowd out from one stale snapshot', () => {
    const counts = tally(placeMany(policy(), 900, silos(9, { capacity: 1000 })));
    for (const { id } of silos(9)) expect(counts[id], id).to.be.within(80, 120);
  });

  it('notices a rise at once', () => {
    expect(pick([silo('a'), silo('b', { cpu: 0.5 })])).to.equal('a');
    expect(pick([silo('a', { cpu: 1 }), silo('b', { cpu: 0.5 })])).to.equal('b');
  });

  it('believes a fall little by little: a busy silo that pauses is not taken for an idle one', async () => {
    const fallen = [silo('a', { cpu: 0 }), silo('b', { cpu: 0.5 })];
    pick([silo('a', { cpu: 1 }), silo('b', { cpu: 0.5 })]);
    await clock.advance('1s');
    expect(pick(fallen)).to.equal('b');
    await clock.advance('5s');
    expect(pick(fallen)).to.equal('a');
  });

  it('smooths by the clock, however often it is asked', async () => {
    pick([silo('a', { cpu: 1 }), silo('b', { cpu: 0.5 })]);
    await clock.advance('1s');
    for (let time = 0; time < 1000; time++) expect(pick([silo('a', { cpu: 0, activations: time }), silo('b', { cpu: 0.5, activations: time })])).to.equal('b');
  });

  it('takes a reading that is no number for a full one', () => {
    expect(tally(placeMany(policy(), 20, [silo('odd', { cpu: NaN, memory: NaN }), silo('sound', { cpu: 0.4, memory: 0.4 })]))).to.deep.equal({ sound: 20 });
  });
});
