// StateStore contract: marks, outbox, inbox.
import { expect } from 'chai';
import { A, claimed, utf8, type StoreBench } from './store-bench.js';

export function messages(bench: StoreBench): void {
  describe('marks', () => {
    it('gather the ids of each sender and drop those below its low', async () => {
      await bench.claim(A);
      await bench.commit(0, { marks: [{ sender: 'a/1', low: 0, ids: [7, 3] }, { sender: 'b {x}', low: 2, ids: [] }] });
      await bench.commit(1, { marks: [{ sender: 'a/1', low: 4, ids: [10] }, { sender: 'a/1', low: 2, ids: [11] }] });
      expect(await bench.store.marks(bench.id, ['b {x}', 'nobody', 'a/1'])).to.deep.equal([
        { sender: 'b {x}', low: 2, ids: [] }, undefined, { sender: 'a/1', low: 4, ids: [7, 10, 11] },
      ]);
      expect(await bench.store.marks(bench.id, [])).to.deep.equal([]);
    });
  });

  describe('outbox', () => {
    const entries = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ sequence: from + i, payload: utf8(`#${from + i}=`) }));

    it('keeps entries in order until they are settled, in whatever order that happens', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 4) });
      await bench.commit(1, { outbox: entries(5, 6), settled: [3] });
      await bench.commit(2, { settled: [6, 1, 99] });
      expect(await bench.store.outbox(bench.id, 10)).to.deep.equal([...entries(2, 2), ...entries(4, 5)]);
      expect(await bench.store.outbox(bench.id, 2)).to.deep.equal([...entries(2, 2), ...entries(4, 4)]);
      expect(await bench.store.outbox(bench.id, 0)).to.deep.equal([]);
    });

    it('tells the next owner that something waits, and the last number also when nothing does', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 3) });
      expect(claimed(await bench.claim(A))).to.include({ hasOutbox: true, lastSequence: 3 });
      await bench.commit(1, { settled: [1, 2, 3] });
      expect(claimed(await bench.claim(A))).to.include({ hasOutbox: false, lastSequence: 3 });
    });
  });

  describe('inbox', () => {
    const park = (sequence: number) => bench.store.park(bench.id, { sender: 's', sequence, payload: utf8(`d${sequence}`) });

    it('takes deliveries whoever holds the actor, and gives them up in order with the commit of their effect', async () => {
      expect(await park(1)).to.equal('parked');
      expect(claimed(await bench.claim(A)).hasInbox).to.equal(true);
      await park(2);
      await park(3);
      await bench.commit(0, { inboxTaken: 2, marks: [{ sender: 's', low: 1, ids: [1, 2] }] });
      expect(await bench.store.inbox(bench.id, 10)).to.deep.equal([utf8('d3')]);
      await bench.commit(1, { inboxTaken: 1 });
      expect(claimed(await bench.claim(A)).hasInbox).to.equal(false);
    });

    it('P7: refuses a delivery whose id is marked', async () => {
      await bench.claim(A);
      await bench.commit(0, { marks: [{ sender: 's', low: 2, ids: [4] }] });
      expect([await park(1), await park(3), await park(4)]).to.deep.equal(['duplicate', 'parked', 'duplicate']);
      expect(await bench.store.inbox(bench.id, 10)).to.deep.equal([utf8('d3')]);
    });
  });
}
