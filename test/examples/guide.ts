// Guide: a text in docs/ whose code blocks a reader types in one after the other. What a block is, its first lines say:
//   ```ts with a first line `// src/x.ts`, ```json x.json, ```html x.html   a file
//   ```sh                                                                  commands
//   ```text                                                                what the commands before it print
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export type GuideStep =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly commands: readonly string[]; readonly output: string | undefined };

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));
const BLOCK = /^```(\w*) ?(\S*)\n(.*?)^```$/gms;

/** The steps of docs/`name`.md. Throws for a block that is none: nothing in a guide goes untried. */
export async function readGuide(name: string): Promise<readonly GuideStep[]> {
  const source = await readFile(`${DOCS}${name}.md`, 'utf8');
  const steps: GuideStep[] = [];
  for (const [, language = '', title = '', text = ''] of source.matchAll(BLOCK)) {
    if (language === 'text') steps.push(withOutput(name, steps.pop(), text));
    else if (language === 'sh') steps.push({ kind: 'commands', commands: text.trimEnd().split('\n'), output: undefined });
    else steps.push({ kind: 'file', path: pathOf(name, title, text), text });
  }
  return steps;
}

function withOutput(name: string, before: GuideStep | undefined, output: string): GuideStep {
  if (before?.kind === 'commands') return { ...before, output };
  throw new Error(`${name}.md: a text block follows the commands that print it:\n${output}`);
}

function pathOf(name: string, title: string, text: string): string {
  const path = title || /^\/\/ (\S+)\n/.exec(text)?.[1];
  if (path) return path;
  throw new Error(`${name}.md: a block is a file with a name, sh or text:\n${text}`);
}
