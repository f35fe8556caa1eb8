// The judge of bench/durable-calls finds what it is there for.
import { expect } from 'chai';
import { judge } from '../../bench/durable-calls/judge.js';

describe('the judge of durable calls', () => {
  const called = { returned: new Map([[10, 1], [11, 2]]), goesOn: new Set([12]), told: new Set([1]) };
  const accounts = [[10, 11, 12], [1], [-1]];
  const served = [[1, 1, 1]] as const;

  it('has nothing to say of what is as it should be', () => {
    expect(judge(called, { accounts, served })).to.deep.equal({ returned: 2, served: 1, twice: 0, missing: 0, wrong: 0 });
  });

  it('sees what was applied twice, also in two accounts, and turns that were served twice', () => {
    expect(judge(called, { accounts: [[10, 11, 12, 12], [1], [-1, 10]], served: [...served, ...served] })).to.include({ twice: 3 });
  });

  it('sees what returned, was to go on, or was told, and is missing', () => {
    expect(judge(called, { accounts: [[10], [1], [-1]], served })).to.include({ missing: 2 });
    expect(judge(called, { accounts: [[10, 11, 12], [1], []], served })).to.include({ missing: 1 });
    expect(judge(called, { accounts, served: [] })).to.include({ missing: 1 });
  });

  it('sees results that are not the place of the entry', () => {
    expect(judge(called, { accounts: [[11, 10, 12], [1], [-1]], served })).to.include({ wrong: 2 });
    expect(judge(called, { accounts, served: [[1, 1, 2]] })).to.include({ wrong: 1 });
  });
});
