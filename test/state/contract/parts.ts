// StateStore contract: bindings, reminders, tags, hold and the tag index.
import { expect } from 'chai';
import type { ActorId } from '../../../protocol/actor-id.js';
import type { TaggedPage } from '../../../protocol/ports/index.js';
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
    const actor: ActorId = { type: 'a', key: 'x' };
    const pages = async (tag: string): Promise<readonly TaggedPage[]> => {
      const found: TaggedPage[] = [];
      let cursor: string | undefined;
      do {
        const page = await bench.store.findTagged(tag, cursor);
        found.push(page);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };
    const find = async (tag: string) => [...new Set((await pages(tag)).flatMap(({ ids }) => ids).map(({ type, key }) => `${type}/${key}`))].sort();

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

    const marksOf = async (tag: string): Promise<readonly string[]> => (await pages(tag)).flatMap(({ marks }) => marks);

    it('keeps an entry for a later commit, however late an earlier one takes its own out', async () => {
      const tag = `late${bench.unique()}`;
      await bench.store.indexTag(tag, actor, true, { version: 5, by: 'c5' });
      await bench.store.indexTag(tag, actor, true, { version: 9, by: 'c9' });
      await bench.store.indexTag(tag, actor, false, { version: 8, by: '' });
      expect(await find(tag)).to.deep.equal(['a/x']);
      await bench.store.indexTag(tag, actor, true, { version: 3, by: 'c3' });
      await bench.store.indexTag(tag, actor, false, { version: 8, by: '' });
      expect(await marksOf(tag), 'the highest version').to.deep.equal(['9 c3']);
      await bench.store.indexTag(tag, actor, false, { version: 9, by: '' });
      expect(await find(tag)).to.deep.equal([]);
    });

    it('drops the entry that was seen, and no other', async () => {
      const tag = `seen${bench.unique()}`;
      await bench.store.indexTag(tag, actor, true, { version: 5, by: 'c5' });
      const [seen] = await marksOf(tag);
      await bench.store.indexTag(tag, actor, true, { version: 5, by: 'again' });
      await bench.store.dropTag(tag, actor, seen!);
      expect(await find(tag)).to.deep.equal(['a/x']);
      await bench.store.dropTag(tag, actor, (await marksOf(tag))[0]!);
      expect(await find(tag)).to.deep.equal([]);
      await bench.store.dropTag(tag, actor, seen!);
    });

    it('says in one look what the row has: the tag, the version, and whether somebody may change it', async () => {
      expect(await bench.store.tagState(bench.id, 'red')).to.deep.equal({ isTagged: false, version: 0, isHeld: false });
      await bench.claim(A);
      await bench.commit(0, { tags: { added: ['red'], removed: [] } });
      expect(await bench.store.tagState(bench.id, 'red')).to.deep.equal({ isTagged: true, version: 1, isHeld: true });
      expect(await bench.store.tagState(bench.id, 'blue')).to.deep.include({ isTagged: false, version: 1 });
      await bench.store.release(bench.id, A);
      expect(await bench.store.tagState(bench.id, 'red')).to.deep.equal({ isTagged: true, version: 1, isHeld: false });
    });

    it('pages through thousands', async () => {
      const tag = `many${bench.unique()}`;
      const keys = Array.from({ length: 3000 }, (_, i) => `k${i}`);
      await Promise.all(keys.map((key) => bench.store.indexTag(tag, { type: 'a', key }, true)));
      expect(await find(tag)).to.have.length(3000);
    });
  });
}
