// How many arguments a method takes, read from its source text. Conservative: whatever is not plainly understood counts as "any number".

/**
 * Declared parameters of a function, those with defaults among them, or Infinity when it has a rest parameter, and also when its text is
 * not a plain parameter list (native or bound functions, computed names, template literals or regular expressions among the parameters).
 */
export function maxArity(method: (...args: never[]) => unknown): number {
  const list = parameterList(Function.prototype.toString.call(method));
  if (list === undefined || list.includes('...')) return Infinity;
  const parameters = list.split(',').map((parameter) => parameter.trim());
  // A comma may end the list.
  if (parameters.at(-1) === '') parameters.pop();
  return parameters.length;
}

// Modifiers, an optional `function`, an optional plain, quoted, numeric or private name, then the opening parenthesis.
const HEAD = /^(?:async\b\s*)?(?:function\b\s*)?\*?\s*(?:[#$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*|"[^"\\]*"|'[^'\\]*'|\d+)?\s*\(/u;
const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n\r\u2028\u2029]*/y;
const STRING = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;

/** The top level of the parameter list: text inside nested brackets, strings and comments left out. `undefined`: not understood. */
function parameterList(source: string): string | undefined {
  const head = HEAD.exec(source);
  if (!head || source.includes('[native code]')) return undefined;
  let depth = 1;
  let list = '';
  for (let at = head[0].length; at < source.length; at += 1) {
    const char = source[at]!;
    const skipped = matchAt(COMMENT, source, at) ?? matchAt(STRING, source, at);
    if (skipped !== undefined) {
      at += skipped - 1;
      continue;
    }
    if (char === '/' || char === '`') return undefined;
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    if (depth === 0) return list;
    if (depth === 1) list += char;
  }
  return undefined;
}

function matchAt(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0].length;
}
