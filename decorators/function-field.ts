// Fields that hold functions look like methods, and nobody can call them: they are not on the prototype, which is all that a class shows
// before it is constructed. What an instance holds is known; of a class alone its source is read, for messages only.
import type { ClassMetadata } from './metadata.js';

/** What the field `name` is that holds a function, and what to write instead. `isArrow`: it was written `name = (…) => …`. */
export function describeFunctionField({ target, state, methods }: ClassMetadata, name: string, isArrow: boolean): string {
  const field = `${target.name}.${name} is `;
  if (state.has(name)) return `${field}a @State field that holds a function, which cannot be saved; save data, or make it a method`;
  if (methods.has(name)) return `${field}a method that the constructor replaces by a function; leave that out: methods run with their own \`this\``;
  return `${field}${isArrow ? 'an arrow-function field' : 'a field that holds a function'}; make it a method: \`${name}(…) { … }\``;
}

/** True for arrow functions, as opposed to classes, `function` expressions and bound functions. */
export function isArrowFunction(value: unknown): boolean {
  return typeof value === 'function' && !Object.hasOwn(value, 'prototype') && !String(value).endsWith('{ [native code] }');
}

const IDENTIFIER = /^[\w$]{1,64}$/;
/** `(…) =>`, `x =>` or `function`, as compilers leave them: esbuild may wrap them to keep their names. */
const FUNCTION = String.raw`\s*(?:\/\*[^*]*\*\/\s*)?(?:__name\(\s*)?(?:async\b\s*)?(?:function\b|[\w$]+\s*=>|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*=>)`;

/**
 * Says of a name that is no callable method that a field of the class, or of a base class, holds a function under it; `undefined` when the
 * source shows none. Constructs nothing.
 */
export function functionFieldNote(metadata: ClassMetadata, name: string): string | undefined {
  if (!IDENTIFIER.test(name)) return undefined;
  const written = name.replaceAll('$', String.raw`\$`);
  // `name = …`, `this.name = …`; and what older targets are given: __publicField(this, "name", …), defineProperty(this, "name", { value: … }).
  const field = String.raw`(?:(?<![\w$.#])(?<!\b(?:const|let|var)\s+)(?:this\.)?${written}\s*=|["']${written}["'],(?:\s*\{[^{}]*\bvalue:)?)`;
  const pattern = new RegExp(field + FUNCTION);
  for (let Class: unknown = metadata.target; typeof Class === 'function' && Class !== Function.prototype; Class = Object.getPrototypeOf(Class)) {
    const [found] = pattern.exec(String(Class)) ?? [];
    if (found !== undefined) return describeFunctionField(metadata, name, found.endsWith('=>'));
  }
  return undefined;
}
