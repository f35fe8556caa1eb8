import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { listFiles } from './files.mjs';
import { run } from './run.mjs';

const OUTPUT = /\.(d\.ts|js\.map|js)$/;

/**
 * `tsc -b`, then removes compiled files whose source is gone (a deleted test must not run) and compiles everything again when outputs
 * are missing that the compiler believes to be there.
 * @param {string} root
 */
export async function compile(root) {
  await runCompiler(root, []);
  const { include } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8'));
  for (const folder of include) await removeOrphans(root, folder);
  if (await lacksOutput(root, include)) await runCompiler(root, ['--force']);
}

async function runCompiler(root, flags) {
  const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-b', ...flags], { cwd: root, failure: 'The sources do not compile; see above.' });
}

async function removeOrphans(root, folder) {
  const dist = join(root, 'dist');
  for (const file of await listFiles(join(dist, folder))) {
    const name = relative(dist, file);
    const isCompiled = OUTPUT.test(name) && !isStatic(name);
    if (isCompiled && !existsSync(join(root, name.replace(OUTPUT, '.ts')))) await rm(file);
  }
}

async function lacksOutput(root, folders) {
  for (const folder of folders) {
    const names = (await listFiles(join(root, folder))).map((file) => relative(root, file));
    const sources = names.filter((name) => /(?<!\.d)\.ts$/.test(name) && !isStatic(name));
    if (sources.some((name) => !existsSync(join(root, 'dist', name.replace(/\.ts$/, '.js'))))) return true;
  }
  return false;
}

function isStatic(name) {
  return name.split(sep).includes('public');
}
