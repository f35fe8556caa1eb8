// StateStore contract: claim, release, handOff, and that no two actors meet.
import { expect } from 'chai';
import { hostileKeys } from './hostile-keys.js';
import { A, B, claimed, utf8, type StoreBench } from './store-bench.js';

export function ownership(bench: StoreBench): void {
  describe('claim', () => {
    it('gives a free actor to the first who asks, with nothing saved', async () => {
      expect(await bench.claim(A)).to.deep.equal({
        status: 'claimed', epoch: 1, version: 0, fields: new Map(), tags: [], bindingCounts: new Map(), lastSequence: 0,
        hasOutbox: false, hasInbox: false, hasReminders: false, hold: undefined,
      });
      expect(await bench.store.lookup(bench.id)).to.deep.equal({ token: A, incarnation: 'silo-a.1' });
    });

    it('tells everybody else who holds it', async () => {
      await bench.claim(A);
      expect(await bench.claim(B)).to.deep.equal({ status: 'taken', holder: { token: A, incarnation: 'silo-a.1' } });
      expect(await bench.store.lookup(bench.id)).to.deep.equal({ token: A, incarnation: 'silo-a.1' });
    });

    it('answers the same when it is sent twice, and counts one claim', async () => {
      const first = await bench.claim(A);
      expect(await bench.claim(A)).to.deep.equal(first);
    });

    it('lets exactly one win when many claim at once', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, (_, i) => bench.claim(`silo-${i}.1:t`)));
      expect(results.filter(({ status }) => status === 'claimed')).to.have.length(1);
      const winner = await bench.store.lookup(bench.id);
      for (const result of results) if (result.status === 'taken') expect(result.holder).to.deep.equal(winner);
    });

    it('P5: replaces a holder only by value of its token', async () => {
      await bench.claim(A);
      expect((await bench.claim(B, 'silo-a.1:another')).status).to.equal('taken');
      expect(claimed(await bench.claim(B, A)).epoch).to.equal(2);
      expect(await bench.store.lookup(bench.id)).to.deep.equal({ token: B, incarnation: 'silo-b.1' });
    });

    it('P5: refuses a free actor to one who expects a holder, and says that it is free', async () => {
      expect(await bench.claim(B, A)).to.deep.equal({ status: 'taken', holder: { token: '', incarnation: '' } });
      expect(await bench.store.lookup(bench.id)).to.equal(undefined);
      expect(claimed(await bench.claim(B, '')).epoch).to.equal(1);
    });
  });

  describe('release', () => {
    it('frees the actor and keeps what was committed', async () => {
      await bench.claim(A);
      await bench.commit(0, { fields: new Map([['hp', utf8('5')]]) });
      expect(await bench.store.release(bench.id, A)).to.equal(true);
      expect(await bench.store.lookup(bench.id)).to.equal(undefined);
      expect(claimed(await bench.claim(B))).to.deep.include({ epoch: 2, version: 1, fields: new Map([['hp', utf8('5')]]) });
    });

    it('P5: does nothing for a token that is not the registered one', async () => {
      await bench.claim(A);
      expect(await bench.store.release(bench.id, B)).to.equal(false);
      expect((await bench.store.lookup(bench.id))?.token).to.equal(A);
    });

    it('forgets an actor that never committed', async () => {
      await bench.claim(A);
      await bench.claim(B, A);
      await bench.store.release(bench.id, B);
      expect(claimed(await bench.claim(A)).epoch).to.equal(1);
    });

    it('keeps what is parked for an actor that never committed', async () => {
      await bench.claim(A);
      await bench.store.park(bench.id, { sender: 's', sequence: 1, payload: utf8('d') });
      await bench.store.release(bench.id, A);
      expect(claimed(await bench.claim(A))).to.include({ epoch: 2, hasInbox: true });
    });
  });

  describe('handOff', () => {
    const next = { token: B, incarnation: 'silo-b.1' };

    it('P5: passes the actor on by value of its token; sent twice it answers the same', async () => {
      await bench.claim(A);
      await bench.commit(0);
      expect(await bench.store.handOff(bench.id, A, next)).to.equal(true);
      expect(await bench.store.handOff(bench.id, A, next)).to.equal(true);
      expect(await bench.store.lookup(bench.id)).to.deep.equal(next);
      expect((await bench.commit(1)).status).to.equal('fenced');
      expect((await bench.commit(1, { token: B })).status).to.equal('committed');
    });

    it('P5: does nothing for a token that is not the registered one, nor for a free actor', async () => {
      expect(await bench.store.handOff(bench.id, A, next)).to.equal(false);
      await bench.claim('silo-c.1:c');
      expect(await bench.store.handOff(bench.id, A, next)).to.equal(false);
      expect((await bench.store.lookup(bench.id))?.token).to.equal('silo-c.1:c');
    });
  });

  it('keeps actors of hostile keys apart', async () => {
    const ids = hostileKeys().map((key) => ({ type: 'player', key }));
    await Promise.all(ids.map(async (each, i) => {
      claimed(await bench.store.claim({ id: each, token: `s:${i}`, incarnation: 's' }));
      const fields = new Map([['index', utf8(String(i))]]);
      expect((await bench.store.commit({ id: each, token: `s:${i}`, commitId: 'c', version: 0, fields })).status).to.equal('committed');
    }));
    await Promise.all(ids.map(async (each, i) => {
      expect((await bench.store.lookup(each))?.token, JSON.stringify(each.key.slice(0, 80))).to.equal(`s:${i}`);
      expect(claimed(await bench.store.claim({ id: each, token: `s:${i}`, incarnation: 's' })).fields.get('index')).to.deep.equal(utf8(String(i)));
    }));
  });

  it('keeps types apart that hold the same key', async () => {
    claimed(await bench.store.claim({ id: { type: 'a', key: 'same' }, token: A, incarnation: 's' }));
    claimed(await bench.store.claim({ id: { type: 'b', key: 'same' }, token: B, incarnation: 's' }));
  });
}
