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

  /** Answers in their order, each as owner and the times of its call; the value rises. */
  function turns(answers: readonly (readonly [silo: string, epoch: number, startMs: number, endMs: number])[], mayLose = false): Verdict {
    const history = new History();
    for (const [at, [silo, epoch, startMs, endMs]] of answers.entries()) {
      history.issue('c');
      history.acknowledge('c', { value: at + 1, epoch, silo }, { startMs, endMs });
    }
    const { length } = answers;
    return history.judge(new Map([['c', { value: length, version: length, epoch: 2 }]]), { mayLose });
  }

  it('finds an owner that answers again after another one had, whatever their epochs are', () => {
    for (const mayLose of [false, true]) {
      expect(turns([['a', 1, 0, 1], ['b', 2, 2, 3], ['b', 2, 4, 5]], mayLose).forks, 'one after the other').to.equal(0);
      expect(turns([['a', 2, 0, 1], ['b', 2, 2, 3], ['a', 2, 4, 5]], mayLose).forks, 'in turns').to.be.above(0);
    }
  });

  it('takes no call that was under way meanwhile for a return', () => {
    expect(turns([['a', 1, 0, 1], ['b', 2, 2, 3], ['a', 1, 2, 5]], true).forks, 'asked before the other had answered').to.equal(0);
    expect(turns([['b', 2, 2, 3], ['a', 1, 0, 4], ['b', 2, 5, 6]], true).forks, 'answered late').to.equal(0);
  });

  describe('where Redis may lose what was acknowledged', () => {
    const lossy = (values: readonly number[], kept: Kept): Verdict => {
      const history = new History();
      for (const [at, value] of values.entries()) {
        history.issue('c');
        history.acknowledge('c', { value, epoch: value < 3 ? 1 : 2, silo: at < 4 ? 'a' : 'b' }, { startMs: 2 * at, endMs: 2 * at + 1 });
      }
      return history.judge(new Map([['c', kept]]), { mayLose: true });
    };

    it('counts what is lost, once for each acknowledged write', () => {
      expect(lossy([1, 2, 3, 4, 2, 3], { value: 3, version: 3, epoch: 2 })).to.include({ writes: 6, lost: 3 });
      expect(lossy([1, 2, 3], { value: 3, version: 3, epoch: 2 })).to.include({ lost: 0 });
    });

    it('takes an epoch that comes again elsewhere for no fork, and says how many versions a rewritten state is short of', () => {
      expect(lossy([1, 2, 3, 4, 3, 4, 5], { value: 5, version: 5, epoch: 2 }).forks).to.equal(0);
      expect(lossy([1, 2, 3, 4, 5], { value: 5, version: 3, epoch: 2 })).to.include({ lost: 0, gaps: 2 });
    });
  });
});
