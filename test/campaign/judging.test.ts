import { expect } from 'chai';
import { judgeRounds } from '../../bench/mixed/counted.js';
import { judgeSamples } from '../../bench/mixed/judge.js';
import { growthOver, type MixedSample } from '../../bench/mixed/sample.js';

const MINUTE = 60_000;

function sample(minute: number, changes: Partial<MixedSample> = {}): MixedSample {
  return {
    atMs: minute * MINUTE, rounds: 100 * minute, heap: 20e6, external: 3e6, rss: 120e6, redisKeys: 200, redisBytes: 3e6,
    resources: { TCPServerWrap: 1, TCPSocketWrap: 3 }, ...changes,
  };
}

/** A run of half an hour with a sample each minute. */
function run(at: (minute: number) => Partial<MixedSample>): readonly MixedSample[] {
  return Array.from({ length: 31 }, (_, minute) => sample(minute, at(minute)));
}

function missedOf(samples: readonly MixedSample[]): readonly string[] {
  return judgeSamples(samples).filter(({ isMet }) => !isMet).map(({ name }) => name);
}

describe('the verdict on a long run', () => {
  it('calls a run flat that rises at first and then swings', () => {
    expect(missedOf(run((minute) => ({ heap: 20e6 - 5e6 / (1 + minute) + (minute % 2) * 4e5 })))).to.deep.equal([]);
  });

  it('finds a heap that grows by 50 kB a minute', () => {
    expect(missedOf(run((minute) => ({ heap: 20e6 + minute * 5e4 + (minute % 2) * 2e5 })))).to.deep.equal(['growth of heap over the run']);
  });

  it('finds keys that stay in Redis', () => {
    expect(missedOf(run((minute) => ({ redisKeys: 200 + minute })))).to.deep.equal(['growth of redisKeys over the run']);
  });

  it('finds a socket that stays open', () => {
    const leaky = run(() => ({})).slice(0, -1).concat(sample(30, { resources: { TCPServerWrap: 1, TCPSocketWrap: 4 } }));
    expect(missedOf(leaky)).to.deep.equal(['handles at the end']);
  });

  it('extrapolates the pace of the last two thirds over the whole run', () => {
    expect(growthOver(run((minute) => ({ heap: 20e6 + minute * 1e5 })), 'heap')).to.be.closeTo(3e6, 1);
  });

  it('finds an object that each of few rounds leaves', () => {
    const figures = { rounds: 6, first: sample(0), second: sample(1), third: sample(2), left: [{ kind: 'Turn', perRound: 1 }] };
    expect(judgeRounds(figures).filter(({ isMet }) => !isMet).map(({ measured }) => measured)).to.deep.equal(['1.0 Turn']);
    expect(judgeRounds({ ...figures, left: [] }).every(({ isMet }) => isMet)).to.equal(true);
  });
});
