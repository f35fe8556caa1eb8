// What `npm pack` makes: what is in it, and what the tools for packages say of it.
import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { TestProcess } from '../support/processes.js';
import { installedPackage, ROOT, type InstalledPackage } from './installed-package.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Three fifths of it are source maps. They carry the TypeScript that they lead to, which the package has nowhere else, so that stack traces and debuggers
 * show it to users; each is of one file that is in the package. What runs and what compilers read is bounded on its own: a test, a bundle or a second copy of
 * anything would show there.
 */
const MAX_KB = 1700;
const MAX_KB_WITHOUT_MAPS = 600;
const HOUSE = ['decorators', 'directory', 'events', 'isolation', 'placement', 'protocol', 'sdk', 'silo', 'state', 'transport'];
const IMPORTS = /^(?:import\b|export\s*(?:type\s*)?[*{])[^'"=(;]*['"]([^'".#][^'"]*)['"]|\bimport\(['"]([^'".#][^'"]*)['"]\)/gm;

describe('the tarball', function () {
  this.timeout(240_000);
  let installed: InstalledPackage;
  let files: readonly string[];
  let manifest: Manifest;
  const text = (file: string): Promise<string> => readFile(installed.path('node_modules/troupe', file), 'utf8');
  const ending = (...ends: readonly string[]): readonly string[] => files.filter((file) => ends.some((end) => file.endsWith(end)));

  before(async () => {
    installed = await installedPackage();
    const folder = installed.path('node_modules/troupe');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    files = entries.filter((entry) => entry.isFile()).map((entry) => posix.relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
    manifest = JSON.parse(await text('package.json')) as Manifest;
  });

  it(`holds the compiled house and four texts, and weighs less than ${MAX_KB} kB`, async function () {
    const strangers = files.filter((file) => !HOUSE.some((folder) => file.startsWith(`dist/${folder}/`)) && !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(file));
    expect(strangers).to.deep.equal([]);
    expect(files.filter((file) => !/\.(js|js\.map|d\.ts|lua)$/.test(file) && file.startsWith('dist/'))).to.deep.equal([]);
    const kilobytes = (await stat(installed.tarball)).size / 1024;
    this.test!.title += ` (${kilobytes.toFixed(0)} kB, ${files.length} files)`;
    expect(kilobytes).to.be.below(MAX_KB);
  });

  it(`weighs less than ${MAX_KB_WITHOUT_MAPS} kB without its source maps, of which there is one for each file that runs`, async function () {
    const rest = files.filter((file) => !file.endsWith('.map')).sort();
    const kilobytes = gzipSync((await Promise.all(rest.map(text))).join('')).length / 1024;
    this.test!.title += ` (${kilobytes.toFixed(0)} kB)`;
    expect(kilobytes).to.be.below(MAX_KB_WITHOUT_MAPS);
    expect(ending('.map').map((file) => file.replace(/\.map$/, ''))).to.have.members(ending('.js'));
  });

  it('has the Lua scripts of the clone', async () => {
    const scripts = await readdir(join(ROOT, 'state', 'lua'));
    expect(ending('.lua')).to.have.members(scripts.map((name) => `dist/state/lua/${name}`));
  });

  it('has the entry of the heartbeat thread, which no other file imports, beside the one that starts it', async () => {
    expect(files).to.include.members(['dist/state/heartbeat-thread.js', 'dist/state/heartbeat-worker.js']);
    expect(await text('dist/state/heartbeat-thread.js')).to.include("new URL('./heartbeat-worker.js', import.meta.url)");
  });

  it('has source maps that carry their sources, and no reference to a map or a file that is missing', async () => {
    for (const file of ending('.js')) {
      const [, map] = /\/\/# sourceMappingURL=(\S+)/.exec(await text(file)) ?? [];
      if (map !== undefined) expect(existsSync(installed.path('node_modules/troupe', dirname(file), map)), `${file} -> ${map}`).to.equal(true);
    }
    for (const file of ending('.map')) {
      const { sources, sourcesContent } = JSON.parse(await text(file)) as { readonly sources: readonly string[]; readonly sourcesContent?: readonly string[] };
      expect(sourcesContent ?? [], file).to.have.length(sources.length);
    }
  });

  it('names only its dependencies and Node, in its code and in its declarations', async () => {
    const named = new Map<string, string>();
    for (const file of ending('.js', '.d.ts')) {
      const code = (await text(file)).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
      for (const [, statement, expression = ''] of code.matchAll(IMPORTS)) {
        const specifier = statement ?? expression;
        named.set(specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/'), file);
      }
    }
    expect([...named.keys()]).to.include.members(['ioredis', 'node:http', 'socket.io-client', 'msgpackr']);
    const known = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name) || name in manifest.dependencies;
    expect([...named].filter(([name]) => !known(name))).to.deep.equal([]);
    expect(Object.keys(manifest.dependencies).filter((name) => !named.has(name)), 'each dependency is used').to.deep.equal([]);
  });

  it('pleases publint, to the last suggestion', async () => {
    const data = await readFile(installed.tarball);
    const { messages, pkg } = await publint({ pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) } });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).to.deep.equal([]);
    expect(pkg['name'], 'it looked at this package').to.equal('troupe');
  });

  it('pleases attw: types and code of every door agree, for NodeNext and for bundlers', async () => {
    const cli = join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    // `esm-only` leaves out what a package without CommonJS cannot have: node10 and require.
    await using attw = new TestProcess([cli, installed.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'], { cwd: installed.folder });
    const { code, stdout } = await attw.ended;
    expect(code, stdout).to.equal(0);
    const doors = stdout.split(/\n(?="troupe)/).slice(1);
    expect(doors.map((door) => /^"([^"]+)"/.exec(door)![1])).to.deep.equal(Object.keys(manifest.exports).map((door) => posix.join('troupe', door)));
    for (const door of doors) expect(door).to.match(/node16 \(from ESM\): 🟢 \((ESM|JSON)\)\nbundler: 🟢/);
  });
});
