// README's section on a project of one's own, taken by the word: its commands, its tsconfig.json, its code.
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { freePort, TestProcess } from '../support/processes.js';
import { installedPackage, ROOT } from './installed-package.js';
import { npm, npx, succeeded } from './npm.js';

/** The code blocks of one language, in order. */
function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);
}

/** `// src/counter.ts` and what follows it, file by file. */
function filesOf(block: string): Readonly<Record<string, string>> {
  const parts = block.split(/^\/\/ (src\/\w+\.ts).*\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1]!]] : [])));
}

/** Does a command of README in a folder: one of npm, or the compiler. The flags added spare the registry. */
async function type(command: string, folder: string): Promise<void> {
  const [tool, ...args] = command.split(' ');
  if (tool === 'npm') return void (await npm(args[0] === 'install' ? [...args, '--prefer-offline', '--no-audit', '--no-fund'] : args, folder));
  expect(tool, command).to.equal('npx');
  await using running = npx(args, folder);
  succeeded(command, await running.ended);
}

describe('README, in your own project', function () {
  this.timeout(240_000);
  let readme: string;
  let section: string;
  let tarball: string;
  let home: string;
  let folder: string;

  before(async () => {
    readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    section = readme.slice(readme.indexOf('## In your own project'), readme.indexOf('## Two commands'));
    ({ tarball } = await installedPackage());
    home = await mkdtemp(join(tmpdir(), 'troupe-readme-'));
    folder = join(home, 'counter');
    await mkdir(join(home, 'troupe'));
    await copyFile(tarball, join(home, 'troupe', basename(tarball)));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('names the tarball that npm pack makes', () => {
    const named = [...readme.matchAll(/[\w./-]*\.tgz/g)].map(([name]) => basename(name));
    expect(new Set(named)).to.deep.equal(new Set([basename(tarball)]));
  });

  it('is installed by its commands, type-checks under its tsconfig.json and runs: the test holds, the server counts, the page goes on counting and ends', async () => {
    const [, install = '', run = ''] = blocks(section, 'sh');
    const [make, ...commands] = install.trimEnd().split('\n');
    expect(make).to.equal('mkdir counter && cd counter');
    await mkdir(folder);
    for (const command of commands) await type(command, folder);

    const files = { ...filesOf(blocks(readme, 'ts')[0]!), ...filesOf(blocks(section, 'ts')[0]!) };
    expect(Object.keys(files)).to.deep.equal(['src/counter.ts', 'src/server.ts', 'src/page.ts', 'src/test.ts']);
    await writeFile(join(folder, 'tsconfig.json'), blocks(section, 'json')[0]!);
    const port = await freePort();
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      // The one change: the tests' ports are free ones.
      await writeFile(join(folder, name), text.replaceAll('3000', String(port)));
    }

    const [compile, ...scripts] = run.trimEnd().split('\n');
    expect(scripts).to.deep.equal(['node dist/test.js', 'node dist/server.js', 'node dist/page.js']);
    await type(compile!, folder);
    const [test, server, page] = scripts.map((script) => () => new TestProcess(script.split(' ').slice(1), { cwd: folder }));
    expect(succeeded('the test', await test!().ended).stderr).to.not.include('Assertion failed');
    await using running = server!();
    await running.waitForOutput(/the silo runs/, 40_000, 'stderr');
    expect(succeeded('the page', await page!().ended).stdout).to.match(/^[12]\n$/);
    expect(succeeded('the page', await page!().ended).stdout).to.equal('3\n');
    running.kill('SIGTERM');
    succeeded('the server', await running.ended);
  });
});
