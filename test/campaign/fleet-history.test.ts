import { expect } from 'chai';
import { History, type Kept, type Verdict } from '../../bench/fleet/history.js';

type Fault = keyof Pick<Verdict, 'lost' | 'twice' | 'gaps' | 'forks' | 'staleReads'>;

/** Three writes of one counter, acknowledged; what Redis has of them may differ from what callers were told. */
function judge(change: (history: History) => Partial<Kept> | void, values: readonly number[] = [1, 2, 3], epochs: readonly number[] = [1, 1, 2]): Verdict {
  const history = new History();
  for (const [at, value] of values.entries()) {
    history.issue('c');
    history.acknowledge('c', { value, epoch: epochs[at]!, silo: `silo-${epochs[at]}` });
  }
  const kept = { value: 3, version: 3, epoch: 2, ...change(history) };
  return history.judge(new Map([['c', kept]]));
}

function faultsOf(verdict: Verdict): readonly Fault[] {
  return (['lost', 'twice', 'gaps', 'forks', 'staleReads'] as const).filter((fault) => verdict[fault] > 0);
}

describe('the verdict on what the callers of a fleet were told', () => {
  it('finds nothing when every write counts once, in whatever order the answers came', () => {
    expect(faultsOf(judge(() => {}))).to.deep.equal([]);
    expect(faultsOf(judge(() => {}, [2, 1, 3], [1, 1, 2]))).to.deep.equal([]);
    expect(judge(() => {})).to.include({ writes: 3, epochs: 2 });
  });

  it('does not ask for writes that were never acknowledged, whether they count or not', () => {
    expect(faultsOf(judge((history) => history.issue('c')))).to.deep.equal([]);
    expect(faultsOf(judge((history) => (history.issue('c'), { value: 4, version: 4 })))).to.deep.equal([]);
  });

  const mutants: Readonly<Record<string, readonly [Fault, Verdict]>> = {
    'an acknowledged write that is not there (reply before commit)': ['lost', judge(() => ({ value: 2, version: 2 }))],
    'two writes that were told the same value (blind commit, no token)': ['lost', judge(() => ({ value: 2, version: 2 }), [1, 2, 2])],
    'a write that counts twice (ids only in memory)': ['twice', judge(() => ({ value: 4, version: 4 }))],
    'a commit that is no write': ['gaps', judge(() => ({ version: 4 }))],
    'a value that nobody was told': ['gaps', judge(() => ({ value: 4, version: 4 }))],
    'an answer of the old owner after those of the new one': ['forks', judge(() => {}, [1, 2, 3], [1, 2, 1])],
    'a strict read of what had been before a write was acknowledged': ['staleReads', judge((history) => history.read(2, 3))],
  };
  for (const [what, [fault, verdict]] of Object.entries(mutants)) {
    it(`finds ${what}`, () => expect(faultsOf(verdict)).to.include(fault));
  }

  it('finds two silos that answer for one epoch', () => {
    const history = new History();
    for (const [value, silo] of [[1, 'a'], [2, 'b']] as const) {
      history.issue('c');
      history.acknowledge('c', { value, epoch: 1, silo });
    }
    expect(faultsOf(history.judge(new Map([['c', { value: 2, version: 2, epoch: 1 }]])))).to.deep.equal(['forks']);
  });
});
