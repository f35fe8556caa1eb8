// Bundles of the examples' pages: examples/<name>/page.ts -> dist/examples/<name>/public/page.js for the browser. The entry is the
// compiled file, so that decorators mean in the browser what they mean on the silo; 'troupe/client' is found through this package's
// own exports. What a bundle was made from is remembered in dist/.bundles/<name>.json.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { exampleNames } from './assets.mjs';

/** Bundles the pages whose inputs changed. @param {string} root */
export async function bundlePages(root) {
  for (const name of await exampleNames(root)) {
    const page = new PageBundle(root, name);
    if (!existsSync(join(root, 'examples', name, 'page.ts'))) await page.remove();
    else if (!(await page.isFresh())) await page.make();
  }
}

class PageBundle {
  constructor(root, name) {
    this.root = root;
    this.name = name;
    this.output = join(root, 'dist', 'examples', name, 'public', 'page.js');
    this.record = join(root, 'dist', '.bundles', `${name}.json`);
  }

  async isFresh() {
    if (!existsSync(this.output) || !existsSync(this.record)) return false;
    const inputs = Object.entries(JSON.parse(await readFile(this.record, 'utf8')));
    const stamps = await Promise.all(inputs.map(([file]) => stamp(join(this.root, file))));
    return inputs.every(([, recorded], index) => recorded === stamps[index]);
  }

  async make() {
    const esbuild = await import('esbuild');
    const { metafile } = await esbuild.build({
      absWorkingDir: this.root, entryPoints: [join('dist', 'examples', this.name, 'page.js')], outfile: this.output,
      bundle: true, format: 'esm', platform: 'browser', target: 'es2022', sourcemap: true, metafile: true, logLevel: 'warning',
    }).catch(() => {
      throw new Failure(`The page of examples/${this.name} does not bundle for the browser; see above.`);
    }).finally(() => esbuild.stop());
    const files = ['package.json', ...Object.keys(metafile.inputs)];
    const stamps = await Promise.all(files.map(async (file) => [file, await stamp(join(this.root, file))]));
    await mkdir(join(this.root, 'dist', '.bundles'), { recursive: true });
    await writeFile(this.record, JSON.stringify(Object.fromEntries(stamps)));
  }

  async remove() {
    for (const file of [this.output, `${this.output}.map`, this.record]) await rm(file, { force: true });
  }
}

async function stamp(file) {
  const found = await stat(file).catch(() => undefined);
  return found ? `${found.size}:${found.mtimeMs}` : 'gone';
}
