import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { anchors, pages, prose, readPage, ROOT } from './pages.js';

/** Files, folders and anchors that a page links to and that are not there. */
function brokenLinks(page: string, text: string): readonly string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
  return links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), path));
    if (target.startsWith('..') || !existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && (statSync(join(ROOT, target)).isDirectory() || !anchors(readPage(target)).has(anchor));
  });
}

/** What a page tells to run: the scripts of npm, the files of tests. */
function commands(text: string): { readonly scripts: readonly string[]; readonly files: readonly string[] } {
  const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short!);
  const files = [...text.matchAll(/\b(dist\/)?((?:test|scripts|bench)\/[\w./-]+\.(?:ts|mjs|js))\b/g)];
  // What is compiled is there when its source is.
  return { scripts: named, files: files.map(([, compiled, file]) => (compiled === undefined ? file! : file!.replace(/\.js$/, '.ts'))) };
}

describe('the documentation', () => {
  let texts: ReadonlyMap<string, string>;
  before(async () => { texts = await pages(); });

  it('links to files and headings that exist', () => {
    expect([...texts].flatMap(([page, text]) => brokenLinks(page, text).map((link) => `${page}: ${link}`))).to.deep.equal([]);
    const count = [...texts.values()].reduce((sum, text) => sum + [...text.matchAll(/\]\(/g)].length, 0);
    expect(count, 'links are found').to.be.greaterThan(20);
  });

  it('would notice a file, a heading and a page outside that do not exist', () => {
    const planted = '[a](docs/none.md) [b](docs/errors.md#none) [c](../secret.md) [d](#none) [e](docs/errors.md#remoteerror) [f](https://example.org)';
    expect(brokenLinks('README.md', planted)).to.deep.equal(['docs/none.md', 'docs/errors.md#none', '../secret.md', '#none']);
  });

  it('names scripts that package.json has, and files that are there', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const told = [...texts.values()].map(commands);
    expect(told.flatMap((one) => one.scripts)).to.include.members(['start', 'test', 'build', 'verify']);
    expect(told.flatMap((one) => one.scripts).filter((name) => !(name in scripts))).to.deep.equal([]);
    expect(told.flatMap((one) => one.files).filter((file) => !existsSync(join(ROOT, file)))).to.deep.equal([]);
  });

  it('lists every page of docs/ in its index', () => {
    const index = texts.get('docs/README.md')!;
    const own = [...texts.keys()].filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md');
    expect(own.filter((page) => !index.includes(`](${page.slice('docs/'.length)})`))).to.deep.equal([]);
  });
});
