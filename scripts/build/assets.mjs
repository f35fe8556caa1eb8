import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mirror } from './files.mjs';

/** Names in an example's public folder that the bundler writes. */
const BUNDLED = new Set(['page.js', 'page.js.map']);

/** Copies what the compiler does not: Redis scripts and the examples' pages. @param {string} root */
export async function copyAssets(root) {
  await mirror(join(root, 'state', 'lua'), join(root, 'dist', 'state', 'lua'));
  for (const name of await exampleNames(root)) {
    await mirror(join(root, 'examples', name, 'public'), join(root, 'dist', 'examples', name, 'public'), (file) => BUNDLED.has(file));
  }
}

/** The examples' folder names. @param {string} root @returns {Promise<string[]>} */
export async function exampleNames(root) {
  const entries = await readdir(join(root, 'examples'), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
}
