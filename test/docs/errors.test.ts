// docs/errors.md against the code, both ways.
import { expect } from 'chai';
import * as errors from '../../protocol/errors/index.js';
import * as client from '../../sdk/client/index.js';
import * as author from '../../sdk/index.js';
import * as silo from '../../silo/index.js';
import * as testing from '../../silo/testing/index.js';
import { Project } from '../architecture/project.js';
import { readPage } from './pages.js';

interface Entry {
  readonly code: string;
  readonly retryable: boolean;
  readonly data: readonly string[];
  /** False where the page says that this version does not raise it. */
  readonly isRaised: boolean;
}

const HOUSE = /^(protocol|state|decorators|transport|directory|sdk|placement|isolation|events|silo)\//;
const RETRYABLE_SECTION = 'It did not run';

/** What the page says, by class. */
function documented(page: string): Readonly<Record<string, Entry>> {
  const entries: Record<string, Entry> = {};
  for (const section of page.split(/^## /m).slice(1)) {
    const title = section.slice(0, section.indexOf('\n'));
    for (const part of section.split(/^### /m).slice(1)) {
      const [name = '', , facts = ''] = part.split('\n');
      const [, code = '', data = ''] = /^`(\w+)`(?: · data: (.+))?$/.exec(facts) ?? [];
      expect(part, `${name} says when it is thrown and what to do`).to.match(/\nWhen: [^]+\nDo: /);
      entries[name] = {
        code, retryable: title === RETRYABLE_SECTION, data: [...data.matchAll(/`(\w+)`/g)].map(([, field]) => field!), isRaised: !part.includes('Not raised by this version'),
      };
    }
  }
  return entries;
}

/** What the code says: instances for code and retryable, declarations for the fields, every `new` for whether it is raised. */
function implemented(sources: Project): Readonly<Record<string, Entry>> {
  const house = sources.files.filter(({ path }) => HOUSE.test(path));
  const declarations = sources.file('protocol/errors/errors.ts')!.text.split(/^export class /m).slice(1);
  const classes = Object.entries(errors).filter(([name]) => name !== 'TroupeError') as [string, new (message: string) => errors.TroupeError][];
  return Object.fromEntries(classes.map(([name, ErrorClass]): [string, Entry] => {
    const { code, retryable } = new ErrorClass('planted');
    const declaration = declarations.find((text) => text.startsWith(`${name} `))!;
    const data = [...declaration.matchAll(/declare readonly (\w+):/g)].map(([, field]) => field!);
    return [name, { code, retryable, data, isRaised: house.some(({ text }) => text.includes(`new ${name}(`)) }];
  }));
}

function errorsOf(door: object): readonly string[] {
  return Object.entries(door).filter(([, value]) => typeof value === 'function' && (value as { readonly prototype: unknown }).prototype instanceof Error).map(([name]) => name).sort();
}

describe('docs/errors.md', () => {
  const page = readPage('docs/errors.md');
  let sources: Project;
  before(() => { sources = Project.read(); });

  it('has every error class with its code, retryable, data fields and whether it is raised, and no other', () => {
    expect(documented(page)).to.deep.equal(implemented(sources));
  });

  it('says the truth about the doors: authors and clients get every class, the other doors none', () => {
    const all = [...Object.keys(documented(page)), 'TroupeError'].sort();
    expect(errorsOf(author)).to.deep.equal(all);
    expect(errorsOf(client)).to.deep.equal(all);
    expect([...errorsOf(silo), ...errorsOf(testing)]).to.deep.equal([]);
    for (const name of all) expect((author as Record<string, unknown>)[name], name).to.equal((client as Record<string, unknown>)[name]);
  });

  it('reads of 1,024 bytes, 8 kB and 4,096 characters because the code has them', () => {
    const has = (path: string, text: string): boolean => sources.file(path)!.text.includes(text);
    expect(has('protocol/actor-id.ts', 'MAX_KEY_BYTES = 1024;')).to.equal(true);
    expect(has('silo/gateway/authentication.ts', 'MAX_TOKEN_LENGTH = 8192;')).to.equal(true);
    expect(has('protocol/codec/wire-node.ts', 'MAX_STACK = 4096;')).to.equal(true);
  });
});
