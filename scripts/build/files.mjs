import { copyFile, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** Every file below `folder`, in order of name; none when the folder does not exist. @param {string} folder @returns {Promise<string[]>} */
export async function listFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}

/**
 * Makes `to` hold the files of `from`: copies those whose size or time differs and removes those that are gone,
 * except the ones `keep` says others put there.
 * @param {string} from @param {string} to @param {(name: string) => boolean} [keep]
 */
export async function mirror(from, to, keep = () => false) {
  const sources = new Set((await listFiles(from)).map((file) => relative(from, file)));
  for (const name of sources) await copyIfChanged(join(from, name), join(to, name));
  for (const file of await listFiles(to)) {
    const name = relative(to, file);
    if (!sources.has(name) && !keep(name)) await rm(file);
  }
}

async function copyIfChanged(from, to) {
  const [source, target] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (target && target.size === source.size && Math.trunc(target.mtimeMs) === Math.trunc(source.mtimeMs)) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await utimes(to, source.atime, source.mtime);
}
