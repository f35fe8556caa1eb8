// The package as users get it: packed from what is built, installed from the tarball into an empty project. Made once for all tests.
import { cp, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestProcess } from '../support/processes.js';
import { npm, succeeded } from './npm.js';

/** The clone: from `dist`/test/package. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The oldest TypeScript whose users the declarations serve (README): the first with `await using`. */
export const LOWEST_TYPESCRIPT = '5.2.2';

const SOURCES = join(ROOT, 'test', 'package', 'project');
const TYPESCRIPT = { current: join(ROOT, 'node_modules', '@typescript', 'native', 'bin', 'tsc') };

export type CompilerOptions = Readonly<Record<string, unknown>>;

/** What README asks of a project, and every check that can be had. Neither Node's types nor any others. */
const STRICT: CompilerOptions = {
  target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable', 'DOM'], module: 'NodeNext', moduleResolution: 'NodeNext', types: [],
  strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, experimentalDecorators: true,
};

/** An empty project that has the tarball installed, and the test's sources in it. */
export class InstalledPackage {
  private constructor(readonly tarball: string, readonly folder: string) {}

  static async make(): Promise<InstalledPackage> {
    const home = await mkdtemp(join(tmpdir(), 'troupe-package-'));
    process.once('exit', () => rmSync(home, { recursive: true, force: true }));
    const folder = join(home, 'project');
    await mkdir(folder);
    // What is built is what was tested: `prepack` would look whether there is more to build.
    await npm(['pack', '--ignore-scripts', '--pack-destination', home], ROOT);
    const [name] = (await readdir(home)).filter((file) => file.endsWith('.tgz'));
    const tarball = join(home, name!);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, `typescript@${LOWEST_TYPESCRIPT}`], folder);
    await cp(SOURCES, folder, { recursive: true });
    return new InstalledPackage(tarball, folder);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Compiles files of the project; throws what the compiler says. Resolves with every file that it read. */
  async compile(compiler: 'current' | 'lowest', files: readonly string[], changed: CompilerOptions = {}): Promise<readonly string[]> {
    const config = this.path(`tsconfig.${Object.keys(changed).join('-') || 'plain'}.${compiler}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions: { ...STRICT, noEmit: true, ...changed }, files }));
    const tsc = compiler === 'current' ? TYPESCRIPT.current : this.path('node_modules', 'typescript', 'bin', 'tsc');
    await using running = new TestProcess([tsc, '-p', config, '--listFiles'], { cwd: this.folder });
    const { code, stdout, stderr } = await running.ended;
    const lines = stdout.trim().split('\n');
    // Files are told by their whole path, errors from here.
    if (code !== 0) throw new Error(`tsc (${compiler}) on ${files.join(', ')}: ${lines.filter((line) => !isAbsolute(line)).join('\n')}${stderr}`);
    return lines;
  }

  /** A script in the project, run to its end; throws unless it ends with 0. Resolves with its stdout. */
  async run(script: string, file = 'script.mjs', flags: readonly string[] = []): Promise<string> {
    await writeFile(this.path(file), script);
    await using running = new TestProcess([...flags, file], { cwd: this.folder });
    return succeeded(file, await running.ended).stdout;
  }
}

let made: Promise<InstalledPackage> | undefined;

/** The one installed package of this run of the tests. */
export function installedPackage(): Promise<InstalledPackage> {
  return (made ??= InstalledPackage.make());
}
