// A project of a newcomer: sources in a folder of its own, Troupe in its node_modules, compiled by the tools that people use.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
const COMPILE_LIMIT_MS = 60_000;

/** A source of this repository's tests, to be compiled anew. */
export function fixture(name: string): string {
  return readFileSync(join(ROOT, 'test/authoring/fixtures', name), 'utf8');
}

/** Dispose it: the folder goes. */
export class Project implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-project-')));

  constructor(private readonly files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(ROOT, join(this.folder, 'node_modules/troupe'));
    this.write('package.json', '{ "type": "module" }');
    for (const [name, text] of Object.entries(files)) this.write(`src/${name}`, text);
  }

  /** Runs tsc with these compiler options beside the usual ones; what it says. It emits whatever it says, as it does for newcomers. */
  tsc(options: object): string {
    this.configure({ module: 'NodeNext', rootDir: 'src', outDir: 'dist', strict: true, skipLibCheck: true, types: [], lib: ['ES2023', 'DOM', 'ESNext.Disposable'], ...options });
    const { stdout, error } = spawnSync(process.execPath, [TSC, '-p', '.'], { cwd: this.folder, encoding: 'utf8', timeout: COMPILE_LIMIT_MS });
    if (error) throw error;
    return stdout.trim();
  }

  /** Runs esbuild, file by file, as tsx does; it reads the compiler options from the same place. `keepNames` as tsx has it. */
  async esbuild(options: { readonly target: string; readonly [option: string]: unknown }, keepNames = false): Promise<void> {
    this.configure(options);
    const entryPoints = Object.keys(this.files).map((name) => `src/${name}`);
    await build({ absWorkingDir: this.folder, entryPoints, outdir: 'dist', outbase: 'src', target: options.target, platform: 'node', format: 'esm', keepNames, logLevel: 'silent' });
  }

  /** Where the compiled file of a source is. */
  compiled(name: string): string {
    return join(this.folder, 'dist', name.replace(/\.ts$/, '.js'));
  }

  /** A message with the project's own folder and line numbers taken out: `dist/player.js:LINE`. */
  printable(message: string): string {
    return message.replaceAll(`${this.folder}/`, '').replace(/(\.js(?:\?[\w=]+)?):\d+/g, '$1:LINE');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private configure(compilerOptions: object): void {
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  }

  private write(name: string, text: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
