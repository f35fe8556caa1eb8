// docs/saved-state.md names a test for each rule: those tests exist, and all of them are named.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TITLE = /\b(?:onBothStores|it)\('([^']+)'/g;

describe('docs/saved-state.md', () => {
  it('names exactly the promises that the tests of saved state hold', () => {
    const folder = join(ROOT, 'test/state-compat');
    const sources = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && !name.startsWith('documentation')).map((name) => readFileSync(join(folder, name), 'utf8'));
    const held = sources.flatMap((source) => [...source.matchAll(TITLE)].map(([, title = '']) => title.replace(/ \(Redis, a process each\)$/, '')));
    const named = [...readFileSync(join(ROOT, 'docs/saved-state.md'), 'utf8').matchAll(/^> - (.+)$/gm)].map(([, title]) => title);
    expect(named.length).to.be.greaterThan(20);
    expect([...named].sort()).to.deep.equal([...held].sort());
  });
});
