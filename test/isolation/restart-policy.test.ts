import { expect } from 'chai';
import fc from 'fast-check';
import { RESTART_LIMITS, RestartPolicy, type RestartVerdict } from '../../isolation/restart-policy.js';
import { SeededRandom } from '../../silo/testing/seeded-random.js';

const { windowMs, quietMs, coolDownMs, crashLimit, maxDelayMs } = RESTART_LIMITS;
/** Rare enough that no window ever holds `crashLimit` crashes, often enough that it is never quiet. */
const STEADY_MS = Math.ceil(windowMs / (crashLimit - 1)) + 1;

const waits = (policy: RestartPolicy, instants: readonly number[]): (number | 'degraded')[] =>
  instants.map((atMs) => policy.onCrash(atMs)).map((verdict: RestartVerdict) => (verdict.kind === 'restart' ? verdict.delayMs : 'degraded'));
/** As `waits`, where a turn ends well after each. */
const waitsBetweenTurns = (policy: RestartPolicy, instants: readonly number[]): (number | 'degraded')[] =>
  instants.flatMap((atMs) => {
    const [wait] = waits(policy, [atMs]);
    policy.onHealthy(atMs);
    return wait!;
  });
const steadily = (count: number): number[] => Array.from({ length: count }, (_, index) => index * STEADY_MS);
const noChance = (): number => 0;

describe('the restart policy', () => {
  it('lets the first crash be answered at once, then doubles the wait up to the greatest', () => {
    expect(waitsBetweenTurns(new RestartPolicy(noChance), steadily(10))).to.deep.equal([0, 50, 100, 200, 400, 800, 1600, 3200, maxDelayMs, maxDelayMs]);
  });

  it('takes at most half of a wait off by chance, and never adds to it', () => {
    const full = waitsBetweenTurns(new RestartPolicy(noChance), steadily(12)) as number[];
    const seen = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      const delays = waitsBetweenTurns(new RestartPolicy(new SeededRandom(seed).next), steadily(12)) as number[];
      delays.forEach((delayMs, index) => expect(delayMs).to.be.within(full[index]! / 2, full[index]!));
      seen.add(delays.at(-1)!);
    }
    expect(seen.size).to.be.greaterThan(190);
    expect(Math.max(...seen) - Math.min(...seen)).to.be.greaterThan(maxDelayMs * 0.45);
  });

  it('begins anew after a quiet time', () => {
    const [third, quiet] = [2 * STEADY_MS, 2 * STEADY_MS + quietMs];
    expect(waitsBetweenTurns(new RestartPolicy(noChance), [0, STEADY_MS, third, quiet, quiet + 1])).to.deep.equal([0, 50, 100, 0, 50]);
  });

  it('degrades at the fifth crash within a minute, and says until when', () => {
    const policy = new RestartPolicy(noChance);
    expect(waits(policy, [0, 10, 20, 30])).to.deep.equal([0, 50, 100, 200]);
    expect(policy.onCrash(40)).to.deep.equal({ kind: 'degraded', untilMs: 40 + coolDownMs });
  });

  it('degrades at the fifth crash without a turn that ended well in between, however far apart they are', () => {
    const policy = new RestartPolicy(noChance);
    expect(waits(policy, steadily(5)).at(-1)).to.equal('degraded');
  });

  it('does not count crashes that have left the window', () => {
    const atWindowsEnd = windowMs + 3;
    const instants = [0, 1, 2, 3, atWindowsEnd, atWindowsEnd + 1, atWindowsEnd + 2, atWindowsEnd + 3, atWindowsEnd + 4];
    const seen = waitsBetweenTurns(new RestartPolicy(noChance), instants);
    expect(seen.slice(0, -1)).to.not.include('degraded');
    expect(seen.at(-1)).to.equal('degraded');
  });

  it('is degraded anew at once when the try crashes', () => {
    const policy = degradedAt(0);
    const laterMs = 10 * windowMs;
    expect(policy.onCrash(laterMs)).to.deep.equal({ kind: 'degraded', untilMs: laterMs + coolDownMs });
    expect(policy.onCrash(laterMs + 10 * windowMs)).to.have.property('kind', 'degraded');
  });

  it('forgets everything when the try works', () => {
    const policy = degradedAt(0);
    policy.onHealthy(coolDownMs + 5);
    expect(waits(policy, [coolDownMs + 10, coolDownMs + 11, coolDownMs + 12, coolDownMs + 13])).to.deep.equal([0, 50, 100, 200]);
  });

  it('takes work that ends late, in a thread of before, for no proof that it is well again', () => {
    const policy = degradedAt(0);
    policy.onHealthy(1);
    expect(policy.onCrash(10 * windowMs)).to.have.property('kind', 'degraded');
  });

  it('goes on counting crashes when turns work in between', () => {
    const policy = new RestartPolicy(noChance);
    const verdicts = [0, 100, 200, 300, 400].map((atMs) => {
      policy.onHealthy(atMs);
      return policy.onCrash(atMs).kind;
    });
    expect(verdicts.at(-1)).to.equal('degraded');
  });

  it('lengthens a cool-down by chance, by a tenth at most', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const policy = new RestartPolicy(new SeededRandom(seed).next);
      for (let crash = 1; crash < crashLimit; crash++) policy.onCrash(0);
      const verdict = policy.onCrash(0);
      expect(verdict.kind === 'degraded' && verdict.untilMs).to.be.within(coolDownMs, coolDownMs * 1.1);
    }
  });

  it('never waits longer than the greatest wait, whatever crashes when', () => {
    fc.assert(fc.property(fc.array(fc.nat(2 * quietMs), { maxLength: 60 }), fc.integer(), (gaps, seed) => {
      const policy = new RestartPolicy(new SeededRandom(seed).next);
      let nowMs = 0;
      for (const gapMs of gaps) {
        nowMs += gapMs;
        const verdict = policy.onCrash(nowMs);
        if (verdict.kind === 'restart') expect(verdict.delayMs).to.be.within(0, maxDelayMs);
        else expect(verdict.untilMs - nowMs).to.be.within(coolDownMs, coolDownMs * 1.1);
      }
    }));
  });
});

function degradedAt(atMs: number): RestartPolicy {
  const policy = new RestartPolicy(noChance);
  for (let crash = 0; crash < crashLimit; crash++) policy.onCrash(atMs);
  return policy;
}
