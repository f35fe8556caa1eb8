import { isWireName } from './actor-id.js';

/** What stands in an entity id's `component`: a component's own name, the name of a class (its first component), or that and a tag. */
export interface ComponentAddress {
  readonly name: string;
  /** The first component of the class that has this tag. */
  readonly tag?: string | undefined;
}

const LONGEST_TAG = 256;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** True for 1 to 256 characters of well-formed text that does not begin with `!`: those tags are Troupe's own. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length > 0 && tag.length <= LONGEST_TAG && !tag.startsWith('!') && !LONE_SURROGATE.test(tag);
}

/** `Burning@hot`: `@` is in no wire name. */
export function printComponentAddress({ name, tag }: ComponentAddress): string {
  return tag === undefined ? name : `${name}@${tag}`;
}

/** Reads what `printComponentAddress` wrote. */
export function readComponentAddress(text: string): ComponentAddress {
  const at = text.indexOf('@');
  return at < 0 ? { name: text } : { name: text.slice(0, at), tag: text.slice(at + 1) };
}

/** True when `text` can be an entity id's `component`. */
export function isComponentAddress(text: unknown): text is string {
  if (isWireName(text)) return true;
  if (typeof text !== 'string') return false;
  const { name, tag } = readComponentAddress(text);
  return isWireName(name) && isTag(tag);
}
