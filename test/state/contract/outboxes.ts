// StateStore contract: the outbox, and what is settled.
import { expect } from 'chai';
import type { OutboxEntry } from '../../../protocol/ports/message-store.js';
import { A, B, claimed, utf8, type StoreBench } from './store-bench.js';

export function entries(from: number, to = from): readonly OutboxEntry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({ sequence: from + i, payload: utf8(`#${from + i}=`) }));
}

export function outboxes(bench: StoreBench): void {
  describe('outbox', () => {
    it('keeps entries in order until they are settled, in whatever order that happens', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 4) });
      await bench.commit(1, { outbox: entries(5, 6), settled: [3] });
      await bench.commit(2, { settled: [6, 1, 99] });
      expect(await bench.store.outbox(bench.id, 10)).to.deep.equal([...entries(2), ...entries(4, 5)]);
      expect(await bench.store.outbox(bench.id, 2)).to.deep.equal([...entries(2), ...entries(4)]);
      expect(await bench.store.outbox(bench.id, 0)).to.deep.equal([]);
    });

    it('is read on from a sequence, also one that is gone', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 12), settled: [3] });
      expect(await bench.store.outbox(bench.id, 2, 2)).to.deep.equal(entries(4, 5));
      expect(await bench.store.outbox(bench.id, 2, 3)).to.deep.equal(entries(4, 5));
      expect(await bench.store.outbox(bench.id, 9, 10)).to.deep.equal(entries(11, 12));
      expect(await bench.store.outbox(bench.id, 9, 12)).to.deep.equal([]);
    });

    it('keeps every byte of a payload, and payloads that are alike apart', async () => {
      const payloads = [Uint8Array.from({ length: 256 }, (_, i) => i), new Uint8Array(), new Uint8Array(), utf8('3=x')];
      await bench.claim(A);
      await bench.commit(0, { outbox: payloads.map((payload, i) => ({ sequence: i + 1, payload })) });
      expect((await bench.store.outbox(bench.id, 9)).map(({ payload }) => payload)).to.deep.equal(payloads);
    });

    it('tells the next owner that something waits, and the last number also when nothing does', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 3) });
      expect(claimed(await bench.claim(A))).to.include({ hasOutbox: true, lastSequence: 3 });
      await bench.commit(1, { settled: [1, 2, 3] });
      expect(claimed(await bench.claim(A))).to.include({ hasOutbox: false, lastSequence: 3 });
    });

    it('a commit that appends or settles says what is left first, and no other does', async () => {
      await bench.claim(A);
      expect(await bench.commit(0)).to.deep.equal({ status: 'committed', version: 1 });
      expect(await bench.commit(1, { outbox: entries(9, 11), commitId: 'same' })).to.deep.equal({ status: 'committed', version: 2, oldestUnsettled: 9 });
      expect(await bench.commit(1, { outbox: entries(9, 11), commitId: 'same' }), 'sent again').to.deep.equal({ status: 'committed', version: 2, oldestUnsettled: 9 });
      expect(await bench.commit(2, { outbox: entries(12), settled: [9] })).to.deep.equal({ status: 'committed', version: 3, oldestUnsettled: 10 });
      expect(await bench.commit(3, { marks: [{ sender: 's', low: 1, ids: [1] }] })).to.deep.equal({ status: 'committed', version: 4 });
      expect(await bench.commit(4, { settled: [11, 10, 12] })).to.deep.equal({ status: 'committed', version: 5 });
      expect(await bench.commit(5, { outbox: entries(13), settled: [13] }), 'at once').to.deep.equal({ status: 'committed', version: 6 });
    });
  });

  describe('settleShare', () => {
    it('takes a message out when the last of its listeners is through with it, in whatever order and however often that is said', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 2) });
      for (const ordinals of [[2], [0], [2, 0]]) await bench.store.settleShare(bench.id, 1, ordinals, 3);
      expect(await bench.store.outbox(bench.id, 9)).to.deep.equal(entries(1, 2));
      await bench.store.settleShare(bench.id, 1, [1], 3);
      expect(await bench.store.outbox(bench.id, 9)).to.deep.equal(entries(2));
      await bench.store.settleShare(bench.id, 1, [0, 1, 2], 3);
      await bench.store.settleShare(bench.id, 2, Array.from({ length: 4999 }, (_, i) => i), 5000);
      expect(await bench.store.outbox(bench.id, 9)).to.deep.equal(entries(2));
      await bench.store.settleShare(bench.id, 2, [4999], 5000);
      expect(await bench.store.outbox(bench.id, 9)).to.deep.equal([]);
    });
  });

  describe('settle', () => {
    const left = async () => (await bench.store.outbox(bench.id, 9999)).map(({ sequence }) => sequence);

    it('takes entries out whoever holds the actor, and says what is left first, as often as it is sent', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 5) });
      expect(await bench.store.settle(bench.id, [2])).to.equal(1);
      await bench.claim(B, A);
      expect(await bench.store.settle(bench.id, [1, 4, 77])).to.equal(3);
      await bench.store.release(bench.id, B);
      expect(await bench.store.settle(bench.id, [1, 4, 77])).to.equal(3);
      expect(await bench.store.settle(bench.id, [])).to.equal(3);
      expect(await left()).to.deep.equal([3, 5]);
      expect(await bench.store.settle(bench.id, [5, 3])).to.equal(undefined);
      expect(await bench.store.settle(bench.id, [5, 3])).to.equal(undefined);
      expect(claimed(await bench.claim(A))).to.include({ hasOutbox: false, lastSequence: 5, version: 1, epoch: 3 });
    });

    it('makes nothing of an actor that nobody knows', async () => {
      expect(await bench.store.settle(bench.id, [1])).to.equal(undefined);
      expect(claimed(await bench.claim(A))).to.include({ epoch: 1, version: 0, hasOutbox: false });
    });

    it('changes nothing that a commit builds on: one under way at the same time goes through', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 3) });
      const [settled, committed] = await Promise.all([bench.store.settle(bench.id, [1, 2]), bench.commit(1, { outbox: entries(4) })]);
      expect(settled).to.equal(3);
      expect(committed).to.include({ status: 'committed', version: 2 });
      expect(await left()).to.deep.equal([3, 4]);
    });

    it('empties what a destroyed actor left', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 2) });
      await bench.store.destroy(bench.id, A);
      expect(await bench.store.settle(bench.id, [1])).to.equal(2);
      expect(await bench.store.settle(bench.id, [2])).to.equal(undefined);
      expect(claimed(await bench.claim(B))).to.include({ version: 1, hasOutbox: false, lastSequence: 2 });
    });

    it('takes thousands at once, from anywhere', async () => {
      await bench.claim(A);
      await bench.commit(0, { outbox: entries(1, 4501) });
      const all = Array.from({ length: 4501 }, (_, i) => i + 1).filter((sequence) => sequence !== 3000).reverse();
      expect(await bench.store.settle(bench.id, all)).to.equal(3000);
      expect(await left()).to.deep.equal([3000]);
    });
  });
}
