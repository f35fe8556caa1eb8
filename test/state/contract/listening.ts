// StateStore contract: who is bound, at which version.
import { expect } from 'chai';
import type { CommitRequest } from '../../../protocol/ports/state-store.js';
import { entries } from './outboxes.js';
import { A, B, claimed, utf8, type StoreBench } from './store-bench.js';

const bind = (...listeners: string[]) => listeners.map((listener) => ({ event: 'e', listener, bound: true }));
const unbind = (...listeners: string[]) => listeners.map((listener) => ({ event: 'e', listener, bound: false }));

export function listening(bench: StoreBench): void {
  /** All pages of a size, in their order. */
  const ordered = async (version: number, size = 1000, event = 'e'): Promise<readonly string[]> => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await bench.store.listeners(bench.id, event, version, size, cursor);
      found.push(...page.listeners);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  const at = async (version: number, event = 'e') => [...(await ordered(version, 1000, event))].sort().join();
  const count = async (event = 'e', token = A) => claimed(await bench.claim(token)).bindingCounts.get(event);
  let version = 0;
  const next = async (parts: Partial<CommitRequest>) => expect((await bench.commit(version++, parts)).status).to.equal('committed');
  beforeEach(() => (version = 0));

  describe('listeners', () => {
    it('are those bound at the commit of a version, its own changes included, while a broadcast is unsettled', async () => {
      await bench.claim(A);
      await next({ bindings: bind('a', 'b'), outbox: entries(1) });
      await next({ bindings: bind('c') });
      await next({ bindings: unbind('a') });
      await next({ bindings: [...unbind('b'), ...bind('d')] });
      expect([await at(0), await at(1), await at(2), await at(3), await at(4), await at(9)]).to.deep.equal(['', 'a,b', 'a,b,c', 'b,c', 'c,d', 'c,d']);
      expect(await at(4, 'other')).to.equal('');
      expect(await count()).to.equal(2);
    });

    it('keep their first binding when they bind twice, and have a new one when they bind after they unbound', async () => {
      await bench.claim(A);
      await next({ bindings: bind('x'), outbox: entries(1) });
      await next({ bindings: bind('x', 'x') });
      expect([await at(1), await count()]).to.deep.equal(['x', 1]);
      await next({ bindings: unbind('x', 'x', 'stranger') });
      expect(await count()).to.equal(undefined);
      await next({});
      await next({ bindings: bind('x') });
      expect([await at(1), await at(2), await at(3), await at(4), await at(5)]).to.deep.equal(['x', 'x', '', '', 'x']);
      await next({ bindings: [...unbind('x'), ...bind('x')] });
      expect([await at(5), await at(6), await count()]).to.deep.equal(['x', 'x', 1]);
      await next({ bindings: [...bind('y'), ...unbind('y')] });
      expect([await at(6), await at(7), await count()]).to.deep.equal(['x', 'x', 1]);
      await next({ bindings: [...bind('z'), ...unbind('z'), ...bind('z')] });
      await next({ bindings: unbind('z') });
      expect([await ordered(8, 1), await ordered(8, 2), await at(9)]).to.deep.equal([['x', 'z'], ['x', 'z'], 'x']);
    });

    it('come on the same pages whatever is bound and unbound meanwhile, each once, those of other versions left out', async () => {
      const names = Array.from({ length: 50 }, (_, i) => `player/${i}`);
      await bench.claim(A);
      await next({ bindings: bind(...names.filter((_, i) => i % 2)), outbox: entries(1) });
      await next({ bindings: bind(...names.filter((_, i) => i % 2 === 0)) });
      await next({ bindings: unbind(...names.slice(0, 10)) });
      const expected = await ordered(2, 7);
      expect([...expected].sort()).to.deep.equal([...names].sort());
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await bench.store.listeners(bench.id, 'e', 2, 7, cursor);
        found.push(...page.listeners);
        cursor = page.cursor;
        const last = page.listeners.at(-1);
        // The last of the page, which the cursor names, and one that is still to come; both come back.
        const changing = [last, expected[found.length + 3]].filter((name) => name !== undefined);
        await next({ bindings: [...unbind(...changing), ...bind(`new ${found.length}`, `player/${found.length}x`)] });
        await next({ bindings: bind(...changing) });
        await next({ bindings: unbind(...changing) });
      } while (cursor !== undefined);
      expect(found).to.deep.equal(expected);
      expect(await ordered(2, 1000)).to.deep.equal(expected);
      expect(await ordered(2, 1)).to.deep.equal(expected);
    });

    it('may be called whatever they are called', async () => {
      const odd = ['a\0b', 'a', 'a\0', '\0', '\x01', '\x01\x01', 'a\x01', 'a 5', 'a\x005', 'a\x001 2', '', 'ü ☃', '😀', '\uffff', '!', 'b'.repeat(3000)];
      await bench.claim(A);
      await next({ bindings: bind(...odd), outbox: entries(1) });
      expect([await count(), [...(await ordered(1, 3))].sort()]).to.deep.equal([odd.length, [...odd].sort()]);
      await next({ bindings: unbind(...odd.filter((_, i) => i % 2)) });
      expect([...(await ordered(1, 2))].sort()).to.deep.equal([...odd].sort());
      expect([...(await ordered(2, 2))].sort()).to.deep.equal(odd.filter((_, i) => i % 2 === 0).sort());
      expect(await count()).to.equal(odd.length / 2);
    });

    it('that were unbound while nothing was in the outbox are forgotten at once', async () => {
      await bench.claim(A);
      await next({ bindings: bind('a', 'b') });
      await next({ bindings: unbind('a'), outbox: entries(1) });
      expect([await at(1), await at(2), await count()]).to.deep.equal(['b', 'b', 1]);
    });

    it('come by thousands, a thousand a page', async () => {
      const names = Array.from({ length: 3000 }, (_, i) => `player/${i}`);
      await bench.claim(A);
      await next({ bindings: bind(...names), outbox: entries(1) });
      await next({ bindings: unbind(...names.slice(500)) });
      const first = await bench.store.listeners(bench.id, 'e', 1, 1000);
      expect(first.listeners).to.have.length(1000);
      expect([new Set(await ordered(1)).size, (await ordered(2)).length, await count()]).to.deep.equal([3000, 500, 500]);
      await bench.store.settle(bench.id, [1]);
      expect([(await ordered(1)).length, (await ordered(2)).length]).to.deep.equal([500, 500]);
    });
  });

  describe('unbound listeners are forgotten', () => {
    beforeEach(async () => {
      await bench.claim(A);
      await next({ bindings: [...bind('a', 'b', 'c'), { event: 'f', listener: 'a', bound: true }], outbox: entries(1) });
      await next({ bindings: unbind('a'), outbox: entries(2) });
      await next({ bindings: [...unbind('b'), { event: 'f', listener: 'a', bound: false }], outbox: entries(3) });
    });

    it('when the outbox is empty, and not before', async () => {
      expect(await bench.store.settle(bench.id, [3, 1])).to.equal(2);
      expect([await at(1), await at(2), await at(1, 'f')]).to.deep.equal(['a,b,c', 'b,c', 'a']);
      await bench.store.settle(bench.id, [2]);
      expect([await at(1), await at(2), await at(3), await at(1, 'f')]).to.deep.equal(['c', 'c', 'c', '']);
      expect([await count(), await count('f')]).to.deep.equal([1, undefined]);
    });

    it('up to the version that somebody says is the oldest that is needed', async () => {
      await bench.store.forgetUnbound(bench.id, 2);
      expect([await at(2), await at(3), await at(2, 'f'), await at(3, 'f')]).to.deep.equal(['b,c', 'c', 'a', '']);
      expect(await at(1)).to.equal('b,c');
      await bench.store.forgetUnbound(bench.id, 1);
      await bench.store.forgetUnbound(bench.id);
      expect([await at(2), await at(2, 'f')]).to.deep.equal(['b,c', 'a']);
      await bench.store.forgetUnbound(bench.id, 3);
      await bench.store.forgetUnbound(bench.id, 3);
      expect([await at(2), await at(2, 'f'), await at(3)]).to.deep.equal(['c', '', 'c']);
    });

    it('without those that are bound, or bound again', async () => {
      await next({ bindings: bind('a') });
      await bench.store.forgetUnbound(bench.id, 3);
      expect([await at(4), await count()]).to.deep.equal(['a,c', 2]);
      await next({ bindings: [...unbind('a', 'c'), { event: 'f', listener: 'z', bound: true }] });
      await bench.store.settle(bench.id, [1, 2, 3]);
      expect([await at(5), await at(5, 'f'), await count(), await count('f')]).to.deep.equal(['', 'z', undefined, 1]);
    });
  });

  describe('of a destroyed actor', () => {
    it('the broadcasts that it left go to those who were bound, and those of its next life only to others', async () => {
      await bench.claim(A);
      await next({ bindings: bind('a', 'b'), outbox: entries(1) });
      await next({ bindings: [...unbind('b'), ...bind('c')], outbox: entries(2) });
      await bench.store.destroy(bench.id, A);
      expect([await at(1), await at(2), await at(3)]).to.deep.equal(['a,b', 'a,c', '']);
      expect(await count('e', B)).to.equal(undefined);
      await next({ token: B, bindings: bind('c', 'n'), outbox: entries(3) });
      expect([await at(1), await at(2), await at(3), await count('e', B)]).to.deep.equal(['a,b', 'a,c', 'c,n', 2]);
      await next({ token: B, bindings: unbind('n') });
      await bench.store.destroy(bench.id, B);
      expect([await at(1), await at(2), await at(3), await at(4)]).to.deep.equal(['a,b', 'a,c', 'c,n', 'c']);
      await bench.claim(A);
      await next({ bindings: bind('z'), outbox: entries(4) });
      await bench.store.forgetUnbound(bench.id, 3);
      await bench.store.forgetUnbound(bench.id, 4);
      expect([await at(3), await at(4), await at(5), await count()]).to.deep.equal(['c,n', 'c', 'z', 1]);
      await bench.store.settle(bench.id, [1, 2, 3, 4]);
      expect([await at(5), await count()]).to.deep.equal(['z', 1]);
    });

    it('nobody is bound when nothing is in its outbox', async () => {
      await bench.claim(A);
      await next({ bindings: bind('a'), fields: new Map([['hp', utf8('1')]]) });
      await bench.store.destroy(bench.id, A);
      expect([await at(1), await count('e', B)]).to.deep.equal(['', undefined]);
      await next({ token: B, bindings: bind('n') });
      expect([await at(2), await count('e', B)]).to.deep.equal(['n', 1]);
    });
  });
}
