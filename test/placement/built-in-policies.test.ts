import { expect } from 'chai';
import type { PlacementPolicy } from '../../protocol/ports/placement.js';
import { builtInPolicies } from '../../placement/built-in-policies.js';
import { POLICY_NAMES, type PolicyName } from '../../placement/policy-names.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { placeMany, request, seeded, silo, silos, tally } from './world.js';

describe('the built-in placement policies', () => {
  let clock: VirtualClock;
  let policies: Readonly<Record<PolicyName, PlacementPolicy>>;
  beforeEach(() => {
    clock = new VirtualClock();
    policies = builtInPolicies(seeded(7), clock);
  });

  it('are those that can be named, each under its own name', () => {
    expect(Object.entries(policies).map(([name, policy]) => [name, policy.name])).to.deep.equal(POLICY_NAMES.map((name) => [name, name]));
  });

  it('choose the one silo that there is, and leave no candidates to the next', () => {
    for (const policy of Object.values(policies)) {
      expect(policy.choose(request('p1'), [silo('only', { isLocal: true })]), policy.name).to.equal('only');
      expect(policy.choose(request('p1'), []), policy.name).to.equal(undefined);
    }
  });

  it('choose the same again from the same seed', () => {
    const candidates = silos(7, { labels: { zone: 'a' } }).map((one, index) => ({ ...one, activations: index * 3, isLocal: index === 2 }));
    const run = (): unknown => Object.values(builtInPolicies(seeded(11), new VirtualClock())).map((policy) => placeMany(policy, 100, candidates));
    expect(run()).to.deep.equal(run());
  });

  describe('random', () => {
    it('gives every candidate the same share', () => {
      for (const count of Object.values(tally(placeMany(policies.random, 5000, silos(5))))) expect(count).to.be.within(900, 1100);
    });
  });

  describe('prefer-local', () => {
    it('chooses the silo that the call comes from, then the one that asks, and else leaves it to the next', () => {
      const [here, there, elsewhere] = [silo('here', { isLocal: true }), silo('there'), silo('elsewhere')];
      const local = policies['prefer-local'];
      expect(local.choose(request('p1', { caller: 'there' }), [elsewhere, here, there])).to.equal('there');
      expect(local.choose(request('p1', { caller: 'gone' }), [elsewhere, here, there])).to.equal('here');
      expect(local.choose(request('p1'), [elsewhere, here])).to.equal('here');
      expect(local.choose(request('p1', { caller: 'gone' }), [elsewhere])).to.equal(undefined);
    });
  });

  describe('zone', () => {
    const candidates = [silo('a1', { labels: { zone: 'a', rack: '2' } }), silo('a2', { labels: { zone: 'a', rack: '1' }, activations: 5 }), silo('b1', { labels: { zone: 'b', rack: '1' } })];

    it('stays in the zone of the caller, at its emptier silo', () => {
      expect(policies.zone.choose(request('p1', { labels: { zone: 'a' } }), candidates)).to.equal('a1');
      expect(policies.zone.choose(request('p1', { labels: { zone: 'b' } }), candidates)).to.equal('b1');
    });

    it('goes by the label that the class names', () => {
      const chosen = placeMany(policies.zone, 50, candidates, { labels: { zone: 'a', rack: '1' }, options: { label: 'rack' } });
      expect(Object.keys(tally(chosen)).sort()).to.deep.equal(['a2', 'b1']);
    });

    it('goes anywhere when the caller has no such label, and when nobody shares it', () => {
      const others: readonly Readonly<Record<string, string>>[] = [{}, { zone: 'c' }];
      for (const labels of others) {
        expect(tally(placeMany(policies.zone, 50, candidates, { labels })), JSON.stringify(labels)).to.have.all.keys('a1', 'a2', 'b1');
      }
    });

    it('takes the labels of the silo that asks where no caller is known', () => {
      const [a1, , b1] = candidates;
      expect(policies.zone.choose(request('p1'), [a1!, { ...b1!, isLocal: true }])).to.equal('b1');
    });
  });
});
