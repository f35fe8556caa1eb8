// The project's pages, as Markdown.
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone: from `dist`/test/docs. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A page's text. */
export function readPage(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

/** Every page of the project: those at the top, and docs/. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const docs = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  const names = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.sort()];
  return new Map(await Promise.all(names.map(async (name): Promise<[string, string]> => [name, await readFile(join(ROOT, name), 'utf8')])));
}

/** Without code: neither blocks nor spans. */
export function prose(markdown: string): string {
  return markdown.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that GitHub gives a page's headings. */
export function anchors(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.replace(/^```[^]*?^```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, text]) => text!);
  return new Set(headings.map((text) => text.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').trim().replace(/ /g, '-')));
}
