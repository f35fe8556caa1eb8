// A folder of modules that a silo watches: written by tests, as a compiler would, and written anew while the silo runs.
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Dispose it: the folder goes. */
export class HotProject implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-hot-')));

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(ROOT, join(this.folder, 'node_modules/troupe'));
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    for (const [name, text] of Object.entries(files)) (name.endsWith('.js') ? this.write(name, text) : this.writeAsIs(name, text));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** TypeScript, compiled to `name`; it takes the place of the file in one step. */
  write(name: string, text: string): void {
    const compiled = transformSync(text, { loader: 'ts', format: 'esm', target: 'es2022', supported: { 'import-attributes': true }, tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } } }).code;
    this.writeAsIs(name, compiled);
  }

  writeAsIs(name: string, text: string): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
