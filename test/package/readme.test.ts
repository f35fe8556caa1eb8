// README's section on a project of one's own, taken by the word: its commands, its tsconfig.json, its code.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { freePort, TestProcess } from '../support/processes.js';
import { installedPackage, ROOT, type InstalledPackage } from './installed-package.js';
import { succeeded } from './npm.js';

const FOLDER = 'readme';

/** The code blocks of one language, in order. */
function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);
}

/** `// counter.ts` and what follows it, file by file. */
function filesOf(block: string): Readonly<Record<string, string>> {
  const parts = block.split(/^\/\/ (\w+\.ts).*\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1]!]] : [])));
}

describe('README, in your own project', function () {
  this.timeout(240_000);
  let installed: InstalledPackage;
  let readme: string;
  let port: number;

  before(async () => {
    installed = await installedPackage();
    readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    port = await freePort();
    const [first = '', test = ''] = blocks(readme, 'ts');
    const files = { ...filesOf(first), 'test.ts': test };
    expect(Object.keys(files)).to.deep.equal(['counter.ts', 'server.ts', 'page.ts', 'test.ts']);
    await mkdir(installed.path(FOLDER));
    await writeFile(installed.path(FOLDER, 'tsconfig.json'), blocks(readme, 'json')[0]!);
    // The one change: the tests' ports are free ones.
    for (const [name, text] of Object.entries(files)) await writeFile(installed.path(FOLDER, name), text.replaceAll('3000', String(port)));
  });

  it('names the tarball that npm pack makes', () => {
    const named = [...readme.matchAll(/[\w./-]*\.tgz/g)].map(([name]) => basename(name));
    expect(new Set(named)).to.deep.equal(new Set([basename(installed.tarball)]));
  });

  it('type-checks under its tsconfig.json and runs: the server counts, the page goes on counting, the test holds', async () => {
    const tsc = join(ROOT, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
    await using compiler = new TestProcess([tsc, '-p', FOLDER], { cwd: installed.folder });
    succeeded('tsc', await compiler.ended);
    await using server = new TestProcess([join(FOLDER, 'dist/server.js')], { cwd: installed.folder });
    await server.waitForOutput(/the silo runs/, 10_000, 'stderr');
    await using page = new TestProcess([join(FOLDER, 'dist/page.js')], { cwd: installed.folder });
    await page.waitForOutput(/^[12]$/m);
    await using second = new TestProcess([join(FOLDER, 'dist/page.js')], { cwd: installed.folder });
    await second.waitForOutput(/^3$/m);
    await using test = new TestProcess([join(FOLDER, 'dist/test.js')], { cwd: installed.folder });
    expect(succeeded('the test', await test.ended).stderr).to.not.include('Assertion failed');
  });
});
