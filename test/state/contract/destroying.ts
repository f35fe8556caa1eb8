// StateStore contract: destroy.
import { expect } from 'chai';
import type { CommitRequest } from '../../../protocol/ports/state-store.js';
import { A, B, claimed, operation, utf8, type StoreBench } from './store-bench.js';

export function destroying(bench: StoreBench): void {
  describe('destroy', () => {
    const everything: Partial<CommitRequest> = {
      fields: new Map([['hp', utf8('5')]]), operations: [operation('op', 'kept')], marks: [{ sender: 's', low: 2, ids: [4] }],
      outbox: [{ sequence: 1, payload: utf8('m1') }, { sequence: 2, payload: utf8('m2') }], settled: [1],
      bindings: [{ event: 'e', listener: 'l', bound: true }], reminders: [{ name: 'r', value: utf8('1') }],
      tags: { added: ['t'], removed: [] }, hold: 'h',
    };

    it('forgets which commit was the last: its id counts anew', async () => {
      await bench.claim(A);
      await bench.commit(0, { commitId: 'same' });
      await bench.store.destroy(bench.id, A);
      await bench.claim(B);
      expect(await bench.commit(1, { token: B, commitId: 'same' })).to.deep.equal({ status: 'committed', version: 2 });
    });

    it('deletes state, tags, bindings, reminders and hold; keeps version, epoch, operations, marks and the unsettled outbox', async () => {
      await bench.claim(A);
      await bench.commit(0, everything);
      expect(await bench.store.destroy(bench.id, A)).to.equal(true);
      expect(await bench.store.lookup(bench.id)).to.equal(undefined);
      expect(await bench.store.reminders(bench.id)).to.deep.equal(new Map());
      expect(await bench.claim(B)).to.deep.equal({
        status: 'claimed', epoch: 2, version: 1, fields: new Map(), tags: [], bindingCounts: new Map(), lastSequence: 2,
        hasOutbox: true, hasInbox: false, hasReminders: false, hold: undefined,
      });
      expect(await bench.store.outbox(bench.id, 9)).to.deep.equal([{ sequence: 2, payload: utf8('m2') }]);
      expect(await bench.store.marks(bench.id, ['s'])).to.deep.equal([{ sender: 's', low: 2, ids: [4] }]);
      expect((await bench.store.operationResult(bench.id, 'op'))?.result).to.deep.equal(utf8('kept'));
      await bench.commit(1, { token: B, bindings: [{ event: 'e', listener: 'new', bound: true }] });
      expect(claimed(await bench.claim(B)).bindingCounts).to.deep.equal(new Map([['e', 1]]));
    });

    it('P2: is fenced: another token destroys nothing', async () => {
      await bench.claim(A);
      await bench.commit(0, everything);
      expect(await bench.store.destroy(bench.id, B)).to.equal(false);
      expect((await bench.fieldsNow()).size).to.equal(1);
    });

    it('answers the same when it is sent twice, also when the actor lives again', async () => {
      await bench.claim(A);
      await bench.commit(0, everything);
      expect([await bench.store.destroy(bench.id, A), await bench.store.destroy(bench.id, A)]).to.deep.equal([true, true]);
      await bench.claim(B);
      await bench.commit(1, { token: B, fields: new Map([['hp', utf8('6')]]) });
      expect(await bench.store.destroy(bench.id, A)).to.equal(true);
      expect(claimed(await bench.claim(B)).fields.size).to.equal(1);
      expect((await bench.store.lookup(bench.id))?.token).to.equal(B);
    });

    it('leaves nothing of an actor that never committed', async () => {
      await bench.claim(A);
      await bench.claim(B, A);
      expect(await bench.store.destroy(bench.id, B)).to.equal(true);
      expect(claimed(await bench.claim(A)).epoch).to.equal(1);
    });
  });
}
