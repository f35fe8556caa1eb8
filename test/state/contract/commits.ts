// StateStore contract: commit applied, and operations kept.
import { expect } from 'chai';
import { A, claimed, operation, utf8, type StoreBench } from './store-bench.js';

export function commits(bench: StoreBench): void {
  describe('commit', () => {
    it('P3: raises the version by exactly one per commit', async () => {
      await bench.claim(A);
      for (let version = 0; version < 5; version += 1) expect(await bench.commit(version)).to.deep.equal({ status: 'committed', version: version + 1 });
      expect(claimed(await bench.claim(A)).version).to.equal(5);
    });

    it('keeps changed fields, leaves the others and deletes the undefined ones', async () => {
      await bench.claim(A);
      await bench.commit(0, { fields: new Map([['hp', utf8('10')], ['name', utf8('Ada')], ['Bag:items', utf8('[]')]]) });
      await bench.commit(1, { fields: new Map([['hp', utf8('9')], ['name', undefined], ['never', undefined]]) });
      expect(await bench.fieldsNow()).to.deep.equal(new Map([['hp', utf8('9')], ['Bag:items', utf8('[]')]]));
    });

    it('keeps every byte, none at all and half a megabyte', async () => {
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const large = new Uint8Array(512 * 1024).fill(0x80);
      await bench.claim(A);
      await bench.commit(0, { fields: new Map([['every', every], ['none', new Uint8Array()], ['large', large]]) });
      expect(await bench.fieldsNow()).to.deep.equal(new Map([['every', every], ['none', new Uint8Array()], ['large', large]]));
    });

    it('takes ten thousand fields in one commit, and their deletion', async () => {
      const names = Array.from({ length: 10_000 }, (_, i) => `field-${i}`);
      await bench.claim(A);
      expect((await bench.commit(0, { fields: new Map(names.map((field) => [field, utf8(field)])) })).status).to.equal('committed');
      expect((await bench.fieldsNow()).size).to.equal(10_000);
      await bench.commit(1, { fields: new Map(names.map((field) => [field, undefined])) });
      expect((await bench.fieldsNow()).size).to.equal(0);
    });

    it('keeps fields, tags and events of the same and of odd names apart', async () => {
      await bench.claim(A);
      await bench.commit(0, {
        fields: new Map([['n', utf8('field n')], ['v', utf8('field v')], ['x:y', utf8('z')], ['t:a', utf8('b')]]),
        tags: { added: ['n', 'v', 'ü ☃', 'a:b'], removed: [] },
        bindings: [{ event: 'n', listener: 'l', bound: true }],
      });
      const row = claimed(await bench.claim(A));
      expect(row.fields).to.deep.equal(new Map([['n', utf8('field n')], ['v', utf8('field v')], ['x:y', utf8('z')], ['t:a', utf8('b')]]));
      expect(row.tags).to.have.members(['n', 'v', 'ü ☃', 'a:b']);
      expect(row.bindingCounts).to.deep.equal(new Map([['n', 1]]));
      expect(row.version).to.equal(1);
    });
  });

  describe('operations', () => {
    it('are listed without results, and answer with their result', async () => {
      await bench.claim(A);
      await bench.commit(0, { operations: [operation('a', 'one'), { ...operation('b', ''), scope: 'you "\n', argumentsHash: '☃', at: 2000 }] });
      expect(await bench.store.operations(bench.id)).to.have.deep.members([
        { operationId: 'a', scope: 'me', argumentsHash: 'h', at: 1000 }, { operationId: 'b', scope: 'you "\n', argumentsHash: '☃', at: 2000 },
      ]);
      expect(await bench.store.operationResult(bench.id, 'b')).to.deep.equal({ argumentsHash: '☃', result: new Uint8Array() });
      expect(await bench.store.operationResult(bench.id, 'c')).to.equal(undefined);
    });

    it('are forgotten by a later commit, which may carry the same id anew', async () => {
      await bench.claim(A);
      await bench.commit(0, { operations: [operation('a'), operation('b')] });
      expect((await bench.commit(1, { forgottenOperations: ['a', 'b'], operations: [operation('a', 'anew')] })).status).to.equal('committed');
      expect((await bench.store.operations(bench.id)).map(({ operationId }) => operationId)).to.deep.equal(['a']);
      expect(await bench.store.operationResult(bench.id, 'a')).to.deep.equal({ argumentsHash: 'h', result: utf8('anew') });
    });
  });
}
