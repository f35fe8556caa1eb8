// StateStore contract: bindings, reminders, tags, hold and the tag index.
import { expect } from 'chai';
import type { ActorId } from '../../../protocol/actor-id.js';
import { A, claimed, operation, utf8, type StoreBench } from './store-bench.js';

export function parts(bench: StoreBench): void {
  describe('bindings, reminders, tags, hold', () => {
    it('counts the listeners of each event once each', async () => {
      const bind = (event: string, listener: string, bound = true) => ({ event, listener, bound });
      await bench.claim(A);
      await bench.commit(0, { bindings: [bind('moved', 'x'), bind('moved', 'y'), bind('moved', 'x'), bind('died', 'x'), bind('quiet', 'x', false)] });
      expect(claimed(await bench.claim(A)).bindingCounts).to.deep.equal(new Map([['moved', 2], ['died', 1]]));
      await bench.commit(1, { bindings: [bind('died', 'x', false), bind('died', 'x', false), bind('moved', 'y', false), bind('moved', 'z')] });
      expect(claimed(await bench.claim(A)).bindingCounts).to.deep.equal(new Map([['moved', 2]]));
    });

    it('sets and deletes reminders; the last change of one commit stands', async () => {
      await bench.claim(A);
      await bench.commit(0, { reminders: [{ name: 'a', value: utf8('1') }, { name: 'b', value: utf8('2') }, { name: 'c', value: utf8('3') }] });
      await bench.commit(1, { reminders: [{ name: 'a' }, { name: 'b' }, { name: 'b', value: utf8('4') }] });
      expect(await bench.store.reminders(bench.id)).to.deep.equal(new Map([['b', utf8('4')], ['c', utf8('3')]]));
      expect(claimed(await bench.claim(A)).hasReminders).to.equal(true);
      await bench.commit(2, { reminders: [{ name: 'b' }, { name: 'c' }] });
      expect(claimed(await bench.claim(A)).hasReminders).to.equal(false);
    });

    it('adds and removes tags; sets, keeps and clears the hold', async () => {
      await bench.claim(A);
      await bench.commit(0, { tags: { added: ['red', 'big'], removed: [] }, hold: 'm1' });
      await bench.commit(1, { tags: { added: ['new'], removed: ['red'] } });
      expect(claimed(await bench.claim(A)).tags).to.have.members(['big', 'new']);
      expect(claimed(await bench.claim(A)).hold).to.equal('m1');
      await bench.commit(2, { hold: null });
      expect(claimed(await bench.claim(A)).hold).to.equal(undefined);
    });

    it('P7: discards every part of a commit that is refused', async () => {
      await bench.claim(A);
      const refused = await bench.commit(5, {
        fields: new Map([['hp', utf8('1')]]), operations: [operation('o')], marks: [{ sender: 's', low: 1, ids: [1] }],
        outbox: [{ sequence: 1, payload: utf8('m') }], bindings: [{ event: 'e', listener: 'l', bound: true }],
        reminders: [{ name: 'r', value: utf8('1') }], tags: { added: ['t'], removed: [] }, hold: 'h',
      });
      expect(refused.status).to.equal('regressed');
      expect(await bench.claim(A)).to.deep.equal({
        status: 'claimed', epoch: 1, version: 0, fields: new Map(), tags: [], bindingCounts: new Map(), lastSequence: 0,
        hasOutbox: false, hasInbox: false, hasReminders: false, hold: undefined,
      });
      expect([await bench.store.operations(bench.id), await bench.store.marks(bench.id, ['s']), await bench.store.outbox(bench.id, 9)]).to.deep.equal([[], [undefined], []]);
    });
  });

  describe('tag index', () => {
    const find = async (tag: string) => {
      const found: ActorId[] = [];
      let cursor: string | undefined;
      do {
        const page = await bench.store.findTagged(tag, cursor);
        found.push(...page.ids);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return [...new Set(found.map(({ type, key }) => `${type}/${key}`))].sort();
    };

    it('finds actors of any type under a tag, until they leave it', async () => {
      const tag = `odd {tag} ${bench.unique()}`;
      await bench.store.indexTag(tag, { type: 'a', key: 'x/y' }, true);
      await bench.store.indexTag(tag, { type: 'b', key: 'x' }, true);
      await bench.store.indexTag(tag, { type: 'b', key: 'x' }, true);
      await bench.store.indexTag(`${tag}!`, { type: 'c', key: 'x' }, true);
      expect(await find(tag)).to.deep.equal(['a/x/y', 'b/x']);
      await bench.store.indexTag(tag, { type: 'b', key: 'x' }, false);
      expect(await find(tag)).to.deep.equal(['a/x/y']);
      expect(await find('nothing')).to.deep.equal([]);
    });

    it('pages through thousands', async () => {
      const tag = `many${bench.unique()}`;
      const keys = Array.from({ length: 3000 }, (_, i) => `k${i}`);
      await Promise.all(keys.map((key) => bench.store.indexTag(tag, { type: 'a', key }, true)));
      expect(await find(tag)).to.have.length(3000);
    });
  });
}
