// protocol.md §1 is the complete list of Redis keys. A new key is added there first, then here, then in state/redis-keys.ts.
import { parseStrings } from './parse-imports.js';
import type { Rule, SourceFile } from './project.js';

const KEY_MODULE = 'state/redis-keys.ts';

/** Keys as protocol.md lists them; `*` is what varies. */
const KEYS = new Set(['troupe:{*/*/*}', 'troupe:{*/m}', 'troupe:{*/dirty/*}', 'troupe:{*/tag/*/*}', 'troupe:{*/p/*}', 'troupe:{*/bc/*}', 'troupe:{*/calls/*}', 'troupe:{*/ended/*}', 'troupe:{*/dead}']);
/** What follows the hash tag: of an actor, of the membership, of dead letters, of a tracker; `w` of any is a write for WAIT, gone after a millisecond. */
const SUFFIXES = new Set([
  'w', 'a', 'ops', 'out', 'in', 'b:*', 'u', 'old', 's:*', 'src', 'r', 'sub', 'silos', 'hb', 'addr', 'epoch', 'votes:*', 'genesis',
  'n', 'at', 't:*', 'gone', 'got', 'done', 'bad', 'why',
]);
const ENDED_BY_TAG = /^(.*\})(?::(.+))?$/;
const SUFFIX = /^\*?:([a-z].*)$/;
const LITERAL_KEY = /redis\.p?call\(\s*['"]\w+['"]\s*,\s*['"]/;
const LUA_SUFFIX = /['"]:([a-z]+)/g;

/** Every key that state/ spells is on the list, and only state/redis-keys.ts spells them; scripts take theirs from KEYS. */
export const checkRedisKeys: Rule = (project) => project.files.filter(({ folder }) => folder === 'state')
  .flatMap((file) => (file.path.endsWith('.lua') ? checkScript(file) : checkSource(file)));

function checkSource({ path, text }: SourceFile): readonly string[] {
  return parseStrings(path, text).flatMap((literal) => {
    const isKey = literal.text.includes('troupe:') || SUFFIX.test(literal.text);
    if (!isKey) return [];
    if (path !== KEY_MODULE) return [`${path}:${literal.line}: spells the key '${literal.text}'; keys are made in ${KEY_MODULE}`];
    return isListed(literal.text) ? [] : [`${path}:${literal.line}: the key '${literal.text}' is not in protocol.md's list`];
  });
}

function isListed(key: string): boolean {
  const suffix = SUFFIX.exec(key)?.[1];
  if (suffix !== undefined) return SUFFIXES.has(suffix);
  const [, tag = '', ending] = ENDED_BY_TAG.exec(key) ?? [];
  return KEYS.has(tag) && (ending === undefined || SUFFIXES.has(ending));
}

function checkScript({ path, text }: SourceFile): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const where = `${path}:${index + 1}`;
    if (line.includes('troupe:')) return [`${where}: spells a key; scripts take theirs from KEYS`];
    if (line.startsWith('-- KEYS:')) return unlisted(line).map((name) => `${where}: the key :${name} is not in protocol.md's list`);
    if (line.startsWith('--')) return [];
    const made = [...line.matchAll(LUA_SUFFIX)].map(([, name]) => name);
    return LITERAL_KEY.test(line) || made.length > 0 ? [`${where}: makes a key of its own; scripts take theirs from KEYS`] : [];
  });
}

/** Names in a script's header that are not suffixes of the list. */
function unlisted(header: string): readonly string[] {
  const names = [...SUFFIXES].map((suffix) => suffix.replace(':*', ''));
  const [keys = ''] = header.slice('-- KEYS:'.length).split('ARGV:');
  return [...keys.matchAll(/(?:^|[\s}]):([a-z]+)/g)].map(([, name = '']) => name).filter((name) => !names.includes(name));
}
