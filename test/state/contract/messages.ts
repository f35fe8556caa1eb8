// StateStore contract: marks, inbox, hold.
import { expect } from 'chai';
import { A, B, claimed, utf8, type StoreBench } from './store-bench.js';

export function messages(bench: StoreBench): void {
  describe('marks', () => {
    const mark = (low: number, ...ids: number[]) => ({ marks: [{ sender: 's', low, ids }] });
    const marked = async () => (await bench.store.marks(bench.id, ['s']))[0];

    it('gather the ids of each sender and drop those below its low', async () => {
      await bench.claim(A);
      await bench.commit(0, { marks: [{ sender: 'a/1', low: 0, ids: [7, 3] }, { sender: 'b {x}', low: 2, ids: [] }] });
      await bench.commit(1, { marks: [{ sender: 'a/1', low: 4, ids: [10] }, { sender: 'a/1', low: 2, ids: [11] }] });
      expect(await bench.store.marks(bench.id, ['b {x}', 'nobody', 'a/1'])).to.deep.equal([
        { sender: 'b {x}', low: 2, ids: [] }, undefined, { sender: 'a/1', low: 4, ids: [7, 10, 11] },
      ]);
      expect(await bench.store.marks(bench.id, [])).to.deep.equal([]);
    });

    it('P7: know every id below low and exactly those that they gathered above it, in whatever order both came', async () => {
      await bench.claim(A);
      await bench.commit(0, mark(1, 9, 2));
      await bench.commit(1, mark(5, 7));
      await bench.commit(2, mark(3, 6));
      expect(await marked()).to.deep.equal({ sender: 's', low: 5, ids: [6, 7, 9] });
      for (const known of [1, 2, 4, 6, 7, 9]) {
        expect(await bench.commit(3, mark(5, known)), String(known)).to.deep.equal({ status: 'duplicate', operationId: `s#${known}` });
      }
      await bench.commit(3, mark(8));
      expect(await marked()).to.deep.equal({ sender: 's', low: 8, ids: [9] });
      for (const known of [5, 6, 7, 9]) expect((await bench.commit(4, mark(8, known))).status, String(known)).to.equal('duplicate');
      for (const [i, unknown] of [8, 10, 19, 90].entries()) expect((await bench.commit(4 + i, mark(8, unknown))).status, String(unknown)).to.equal('committed');
      await bench.commit(8, mark(91));
      expect(await marked()).to.deep.equal({ sender: 's', low: 91, ids: [] });
    });

    it('P7: refuse the whole commit for one known id among others, and name it', async () => {
      await bench.claim(A);
      await bench.commit(0, mark(2, 4));
      const refused = await bench.commit(1, { marks: [{ sender: 'r', low: 1, ids: [4] }, { sender: 's', low: 2, ids: [3, 4] }], fields: new Map([['hp', utf8('1')]]) });
      expect(refused).to.deep.equal({ status: 'duplicate', operationId: 's#4' });
      expect(await bench.store.marks(bench.id, ['r', 's'])).to.deep.equal([undefined, { sender: 's', low: 2, ids: [4] }]);
      expect((await bench.fieldsNow()).size).to.equal(0);
    });

    it('take a thousand ids in one commit', async () => {
      const ids = Array.from({ length: 1000 }, (_, i) => 2 * i + 1);
      await bench.claim(A);
      await bench.commit(0, mark(1, ...ids));
      expect(await marked()).to.deep.equal({ sender: 's', low: 1, ids });
      expect((await bench.commit(1, mark(1, 1001))).status).to.equal('duplicate');
      await bench.commit(1, mark(1990, 1002));
      expect(await marked()).to.deep.equal({ sender: 's', low: 1990, ids: [1991, 1993, 1995, 1997, 1999] });
    });

    it('stay when the actor is destroyed and lives again', async () => {
      await bench.claim(A);
      await bench.commit(0, mark(3, 7));
      await bench.store.destroy(bench.id, A);
      await bench.claim(B);
      expect(await bench.commit(1, { ...mark(3, 7), token: B })).to.deep.equal({ status: 'duplicate', operationId: 's#7' });
      expect(await bench.store.park(bench.id, { sender: 's', sequence: 2, payload: utf8('m') })).to.equal('duplicate');
      expect((await bench.commit(1, { ...mark(3, 8), token: B })).status).to.equal('committed');
    });
  });

  describe('inbox', () => {
    const park = (sequence: number) => bench.store.park(bench.id, { sender: 's', sequence, payload: utf8(`d${sequence}`) });
    const parked = async () => (await bench.store.inbox(bench.id, 10)).map((payload) => Buffer.from(payload).toString());

    it('takes deliveries whoever holds the actor, and gives them up in order with the commit of their effect', async () => {
      expect(await park(1)).to.equal('parked');
      expect(claimed(await bench.claim(A)).hasInbox).to.equal(true);
      await park(2);
      await park(3);
      expect(await bench.store.inbox(bench.id, 2)).to.deep.equal([utf8('d1'), utf8('d2')]);
      await bench.commit(0, { inboxTaken: 2, marks: [{ sender: 's', low: 1, ids: [1, 2] }] });
      expect(await parked()).to.deep.equal(['d3']);
      await bench.commit(1, { inboxTaken: 1 });
      expect(claimed(await bench.claim(A)).hasInbox).to.equal(false);
    });

    it('P7: refuses a delivery whose id is marked', async () => {
      await bench.claim(A);
      await bench.commit(0, { marks: [{ sender: 's', low: 2, ids: [4] }] });
      expect([await park(1), await park(3), await park(4)]).to.deep.equal(['duplicate', 'parked', 'duplicate']);
      expect(await parked()).to.deep.equal(['d3']);
    });

    it('P7: takes nothing out with a commit that is refused, and nothing twice with one that is sent twice', async () => {
      await bench.claim(A);
      for (const sequence of [1, 2, 3, 4]) await park(sequence);
      await bench.commit(0, { inboxTaken: 1, marks: [{ sender: 's', low: 1, ids: [1] }], commitId: 'same' });
      await bench.commit(0, { inboxTaken: 1, marks: [{ sender: 's', low: 1, ids: [1] }], commitId: 'same' });
      expect(await parked()).to.deep.equal(['d2', 'd3', 'd4']);
      expect((await bench.commit(1, { inboxTaken: 1, marks: [{ sender: 's', low: 1, ids: [1] }] })).status).to.equal('duplicate');
      expect((await bench.commit(0, { inboxTaken: 1 })).status).to.equal('conflict');
      expect((await bench.commit(1, { inboxTaken: 1, token: B })).status).to.equal('fenced');
      expect(await parked()).to.deep.equal(['d2', 'd3', 'd4']);
      await bench.commit(1, { inboxTaken: 9 });
      expect(await parked()).to.deep.equal([]);
    });

    it('P7: a delivery that was parked while its turn ran, or twice, is found there after its effect and known by its mark', async () => {
      await bench.claim(A);
      await park(1);
      await park(1);
      await bench.commit(0, { marks: [{ sender: 's', low: 1, ids: [1] }] });
      expect(await park(1)).to.equal('duplicate');
      expect(await parked()).to.deep.equal(['d1', 'd1']);
      expect((await bench.commit(1, { inboxTaken: 1, marks: [{ sender: 's', low: 1, ids: [1] }] })).status).to.equal('duplicate');
      expect((await bench.commit(1, { inboxTaken: 2 })).status).to.equal('committed');
      expect(await parked()).to.deep.equal([]);
    });

    it('P7: of a delivery and its effect that arrive at once, either it is refused or it was parked before', async () => {
      await bench.claim(A);
      const rounds = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
        const id = { ...bench.id, key: `${bench.id.key} ${i}` };
        await bench.store.claim({ id, token: A, incarnation: 'a' });
        const commit = () => bench.store.commit({ id, token: A, commitId: 'c', version: 0, fields: new Map(), marks: [{ sender: 's', low: 1, ids: [1] }] });
        const parking = () => bench.store.park(id, { sender: 's', sequence: 1, payload: utf8('d') });
        // Commits leave a little later, with others.
        const behind = () => new Promise<void>((resolve) => process.nextTick(resolve)).then(parking);
        const answers = i % 2 ? await Promise.all([commit(), behind()]) : (await Promise.all([parking(), commit()])).reverse();
        return { committed: answers[0], parked: answers[1], left: (await bench.store.inbox(id, 9)).length, again: await parking() };
      }));
      for (const { committed, parked: answer, left, again } of rounds) {
        expect(committed).to.deep.equal({ status: 'committed', version: 1 });
        expect(left).to.equal(answer === 'parked' ? 1 : 0);
        expect(again).to.equal('duplicate');
      }
      expect(new Set(rounds.map((round) => round.parked)), 'both orders were met').to.have.length(2);
    });
  });

  describe('hold', () => {
    it('stays until the commit that clears it, and is read by the next owner', async () => {
      await bench.claim(A);
      await bench.commit(0, { hold: 'm1' });
      await bench.commit(1);
      await bench.store.release(bench.id, A);
      expect(claimed(await bench.claim(B)).hold).to.equal('m1');
      expect((await bench.commit(1, { token: B, hold: null })).status).to.equal('conflict');
      expect(claimed(await bench.claim(B)).hold).to.equal('m1');
      await bench.commit(2, { token: B, hold: 'm2' });
      await bench.commit(3, { token: B, hold: null });
      expect(claimed(await bench.claim(B)).hold).to.equal(undefined);
    });
  });
}
