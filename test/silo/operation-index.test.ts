import { expect } from 'chai';
import { DURABLE_SCOPE, OperationIndex } from '../../silo/activation/operation-index.js';

const record = (operationId: string, scope: string, at: number) => ({ operationId, scope, argumentsHash: '', at });

describe('the index of operations', () => {
  it('lets keys and durable calls go each at their own age, the oldest first', () => {
    const index = new OperationIndex([record('d2', DURABLE_SCOPE, 20), record('k1', 'ann', 15), record('d1', DURABLE_SCOPE, 10), record('k2', 'ann', 30)]);
    expect(index.takeOlderThan(16, 5)).to.deep.equal(['k1']);
    expect(index.takeOlderThan(16, 15)).to.deep.equal(['d1']);
    expect(['k1', 'k2', 'd1', 'd2'].filter((id) => index.get(id))).to.deep.equal(['k2', 'd2']);
  });

  it('counts keys by whose they are, and no durable call among them', () => {
    const index = new OperationIndex([record('k1', 'ann', 1), record('k2', 'ann', 2), record('k3', 'bob', 2)]);
    for (let i = 0; i < 5; i++) index.add(record(`d${i}`, DURABLE_SCOPE, 3));
    index.add(record('k1', 'ann', 9));
    expect([index.count('ann'), index.count('bob')]).to.deep.equal([2, 1]);
    index.remove('k1');
    index.remove('unknown');
    expect([index.count('ann'), index.get('k1')]).to.deep.equal([1, undefined]);
  });
});
