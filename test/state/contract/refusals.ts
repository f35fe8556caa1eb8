// StateStore contract: commit refused.
import { expect } from 'chai';
import { A, B, claimed, operation, utf8, type StoreBench } from './store-bench.js';

export function refusals(bench: StoreBench): void {
  describe('commit refuses', () => {
    const change = new Map([['hp', utf8('changed')]]);
    const unchanged = async () => expect((await claimedBySomebody()).fields.get('hp')).to.deep.equal(utf8('start'));
    const claimedBySomebody = async () => {
      const holder = await bench.store.lookup(bench.id);
      return claimed(await bench.store.claim({ id: bench.id, token: holder?.token ?? A, incarnation: 'x' }));
    };
    beforeEach(async () => {
      await bench.claim(A);
      await bench.commit(0, { fields: new Map([['hp', utf8('start')]]), operations: [operation('op1', 'first')], marks: [{ sender: 's', low: 3, ids: [5] }] });
    });

    it('P2: a stale token is fenced, and hears who holds the actor', async () => {
      await bench.claim(B, A);
      expect(await bench.commit(1, { fields: change })).to.deep.equal({ status: 'fenced', holder: { token: B, incarnation: 'silo-b.1' } });
      await unchanged();
    });

    it('P2: a token of a free actor is fenced', async () => {
      await bench.store.release(bench.id, A);
      expect(await bench.commit(1, { fields: change })).to.deep.equal({ status: 'fenced', holder: undefined });
      expect(await bench.store.lookup(bench.id)).to.equal(undefined);
      await unchanged();
    });

    it('P2: a token of an actor that was never claimed is fenced and leaves nothing', async () => {
      bench.id = { type: 'player', key: 'nobody' };
      expect(await bench.commit(0, { fields: change })).to.deep.equal({ status: 'fenced', holder: undefined });
      expect(claimed(await bench.claim(A))).to.include({ epoch: 1, version: 0 });
    });

    it('P1: a token that lost its actor stays powerless, whoever holds it later', async () => {
      await bench.claim(B, A);
      await bench.store.release(bench.id, B);
      await bench.claim('silo-c.1:token-c');
      expect((await bench.commit(1, { fields: change })).status).to.equal('fenced');
      expect(await bench.store.release(bench.id, A)).to.equal(false);
      await unchanged();
    });

    it('a repeated commit id changes once and answers committed both times', async () => {
      const again = { commitId: 'the-same', fields: change, outbox: [{ sequence: 1, payload: utf8('m') }] };
      expect(await bench.commit(1, again)).to.include({ status: 'committed', version: 2 });
      expect(await bench.commit(1, again)).to.include({ status: 'committed', version: 2 });
      expect(claimed(await bench.claim(A)).version).to.equal(2);
      expect(await bench.store.outbox(bench.id, 10)).to.have.length(1);
    });

    it('P7: a known operation is a duplicate and the stored result remains', async () => {
      const refused = await bench.commit(1, { fields: change, operations: [operation('op2'), operation('op1', 'second')] });
      expect(refused).to.deep.equal({ status: 'duplicate', operationId: 'op1' });
      expect(await bench.store.operationResult(bench.id, 'op1')).to.deep.equal({ argumentsHash: 'h', result: utf8('first') });
      expect(await bench.store.operationResult(bench.id, 'op2')).to.equal(undefined);
      await unchanged();
    });

    it('P7: a message id that is marked, or below the mark, is a duplicate', async () => {
      expect(await bench.commit(1, { fields: change, marks: [{ sender: 's', low: 3, ids: [5] }] })).to.deep.equal({ status: 'duplicate', operationId: 's#5' });
      expect(await bench.commit(1, { fields: change, marks: [{ sender: 's', low: 1, ids: [2] }] })).to.deep.equal({ status: 'duplicate', operationId: 's#2' });
      await unchanged();
      expect((await bench.commit(1, { marks: [{ sender: 's', low: 3, ids: [4] }, { sender: 't', low: 1, ids: [5] }] })).status).to.equal('committed');
    });

    it('a version behind the stored one is a conflict', async () => {
      expect(await bench.commit(0, { fields: change })).to.deep.equal({ status: 'conflict', version: 1 });
      await unchanged();
    });

    it('a version ahead of the stored one says that the store regressed', async () => {
      expect(await bench.commit(7, { fields: change })).to.deep.equal({ status: 'regressed', version: 1 });
      await unchanged();
    });

    it('in the order fenced, sent again, duplicate, version', async () => {
      const known = { operations: [operation('op1')] };
      await bench.commit(1, { commitId: 'last' });
      expect((await bench.commit(99, { ...known, commitId: 'last', token: B })).status).to.equal('fenced');
      expect(await bench.commit(99, { ...known, commitId: 'last' })).to.deep.equal({ status: 'committed', version: 2 });
      expect((await bench.commit(99, known)).status).to.equal('duplicate');
      expect((await bench.commit(0, known)).status).to.equal('duplicate');
      expect((await bench.commit(99)).status).to.equal('regressed');
    });
  });
}
