// StateStore contract: the actors that somebody must look after when a silo dies.
import { expect } from 'chai';
import type { StoreBench } from './store-bench.js';

export function dirtySets(bench: StoreBench): void {
  describe('dirty sets', () => {
    let silo = '';
    beforeEach(() => (silo = `silo {${bench.unique()}}/x.1`));
    const actor = (key: string) => ({ type: 'player', key });
    const found = async (of = silo, limit = 100): Promise<readonly string[]> => {
      const ids = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await bench.store.dirty(of, limit, cursor);
        for (const { type, key } of page.ids) ids.add(`${type}|${key}`);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return [...ids].sort();
    };

    it('hold each actor once until it is struck out, of each silo its own', async () => {
      expect(await bench.store.noteDirty(silo, [actor('a/b'), actor('{c}'), actor('a/b')])).to.equal(true);
      await bench.store.noteDirty(silo, [actor('a/b'), { type: 'm', key: 'a/b' }]);
      await bench.store.noteDirty(`${silo}0`, [actor('z')]);
      expect(await found()).to.deep.equal(['m|a/b', 'player|a/b', 'player|{c}']);
      await bench.store.clean(silo, [actor('a/b'), actor('never')]);
      await bench.store.clean(silo, [actor('a/b')]);
      expect([await found(), await found(`${silo}0`), await found('nobody')]).to.deep.equal([['m|a/b', 'player|{c}'], ['player|z'], []]);
      await bench.store.noteDirty(silo, [actor('a/b')]);
      expect(await found()).to.have.length(3);
      expect([await bench.store.noteDirty(silo, []), await bench.store.clean(silo, [])]).to.deep.equal([true, undefined]);
    });

    it('are read to their end by pages, also while others strike out what they found', async () => {
      const keys = Array.from({ length: 10_000 }, (_, i) => `k${i}`);
      await bench.store.noteDirty(silo, keys.map(actor));
      expect(await found(silo, 500)).to.have.length(10_000);
      const first = await bench.store.dirty(silo, 500);
      expect(first.ids.length).to.be.within(400, 700);
      await bench.store.clean(silo, keys.slice(0, 9000).map(actor));
      const rest = new Set(first.ids.map(({ key }) => key));
      for (let { cursor } = first; cursor !== undefined; ) {
        const page = await bench.store.dirty(silo, 500, cursor);
        for (const { key } of page.ids) rest.add(key);
        cursor = page.cursor;
      }
      expect(keys.slice(9000).filter((key) => !rest.has(key))).to.deep.equal([]);
      await bench.store.clean(silo, keys.map(actor));
      expect(await found()).to.deep.equal([]);
    });

    it('take nothing more once they are sealed: a silo that does not know of its death yet hears it', async () => {
      await bench.store.noteDirty(silo, [actor('a'), actor('b')]);
      await bench.store.sealDirty(silo);
      await bench.store.sealDirty(silo);
      expect([await bench.store.noteDirty(silo, [actor('late')]), await bench.store.noteDirty(silo, [actor('a')])]).to.deep.equal([false, false]);
      expect(await found()).to.deep.equal(['player|a', 'player|b']);
      await bench.store.clean(silo, [actor('a'), actor('b')]);
      expect(await found()).to.deep.equal([]);
      expect(await bench.store.noteDirty(silo, [actor('later')])).to.equal(false);
      expect(await bench.store.noteDirty(`${silo}-next`, [actor('later')])).to.equal(true);
    });
  });
}
