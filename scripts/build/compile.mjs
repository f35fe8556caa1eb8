import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { listFiles } from './files.mjs';
import { run } from './run.mjs';

const OUTPUT = /\.(d\.ts|js\.map|js)$/;

/** `tsc -b`, then removes compiled files whose source is gone: a deleted test must not run. @param {string} root */
export async function compile(root) {
  const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-b'], { cwd: root, failure: 'The sources do not compile; see above.' });
  await removeOrphans(root);
}

async function removeOrphans(root) {
  const dist = join(root, 'dist');
  const { include } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8'));
  for (const folder of include) {
    for (const file of await listFiles(join(dist, folder))) {
      const source = relative(dist, file);
      const isCompiled = OUTPUT.test(source) && !source.includes(join('public', ''));
      if (isCompiled && !existsSync(join(root, source.replace(OUTPUT, '.ts')))) await rm(file);
    }
  }
}
