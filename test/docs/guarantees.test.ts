// docs/guarantees.md names the tests that hold its promises.
import { expect } from 'chai';
import { Project } from '../architecture/project.js';
import { readPage } from './pages.js';

/** Single words are emphasis. */
const TITLE = /(?<![\w*])\*([^*\n]*\s[^*]*?)\*(?![\w*])/g;

function titles(page: string): readonly string[] {
  return [...page.replace(/`[^`\n]*`/g, (code) => code).matchAll(TITLE)].map(([, title]) => title!.replace(/\s+/g, ' '));
}

describe('docs/guarantees.md', () => {
  it('names tests that exist', () => {
    const tests = Project.read().files.filter(({ path }) => path.startsWith('test/') && !path.startsWith('test/docs/')).map(({ text }) => text);
    const named = titles(readPage('docs/guarantees.md'));
    expect(named.length).to.be.greaterThan(40);
    const exists = (title: string): boolean => tests.some((text) => [`it('${title}`, `it("${title}`, `it(\`${title}`].some((call) => text.includes(call)));
    expect(named.filter((title) => !exists(title))).to.deep.equal([]);
  });

  it('would notice a test that is gone', () => {
    expect(titles('a *word*, **strong words**, and\n  *a title over\n  two lines*')).to.deep.equal(['a title over two lines']);
  });
});
