// Names that lead to something in JavaScript, or look as if they did.

/** For any place: none of them is the wire name of anything that these tests host. */
export const STRANGE_NAMES: readonly string[] = [
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype', 'name', 'length', 'call', 'apply', 'bind', 'caller', 'arguments', 'then', 'catch', 'finally', 'toJSON', 'inspect', 'asyncDispose', 'Symbol(Symbol.iterator)', '@@iterator',
  'secret', 'inherited', 'reclosed', 'guarded', 'hush', '#hush', 'treasure', 'gold', 'ctx', 'coins', 'create', 'tick', 'heard',
  'onActivate', 'onDeactivate', 'onDehydrate', 'onRehydrate', 'onConnect', 'onDisconnect', 'canMove', 'onDrain',
  'id', 'with', 'tell', 'oneWay', 'send', 'unbind', 'on', 'equals', 'getComponent', 'findComponent', 'manage', 'save', 'destroy', 'deactivate', 'emit',
  '', ' ', '\t', '\n', '\0', '.', '..', '/', '\\', '*', '%', '0', '-1', '1e3', 'NaN', 'undefined', 'null', 'true', '[object Object]', '[]', '{}', '${1}', '(()=>1)()',
  'constructor.prototype', '__proto__.open', 'constructor.constructor', 'ctx.actor', 'a'.repeat(10_240), '__proto__'.repeat(1000), '\ud800', '\u202eneop', '🗝', 'open,secret',
];

/** Names that are almost `name`. */
export function lookalikes(name: string): readonly string[] {
  const cyrillic: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х' };
  const swapped = [...name].map((letter) => cyrillic[letter] ?? letter).join('');
  const fullWidth = [...name].map((letter) => (/[A-Za-z]/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + 0xfee0) : letter)).join('');
  return [
    name.toUpperCase(), name[0] === name[0]!.toUpperCase() ? name.toLowerCase() : name[0]!.toUpperCase() + name.slice(1), ` ${name}`, `${name} `, `${name}\n`, `${name}\0`, `\0${name}`,
    `${name}\u200b`, `\ufeff${name}`, `${name}\u0301`, fullWidth, `${name}()`, `${name}.call`, `${name}.constructor`, `Vault.prototype.${name}`, `${name}/..`, `./${name}`, `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
    `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`, `${name}#Locker`, `${name};`, `'${name}'`, `["${name}"]`, name + name, name.slice(1), name.slice(0, -1), ...(swapped === name ? [] : [swapped]),
  ];
}

/** JSON that is no string. */
export const NO_STRINGS: readonly unknown[] = [
  0, 1, -1, 1.5, 1e308, true, false, [], ['open'], [['open']], {}, { length: 4 }, { toString: 'open' }, JSON.parse('{"__proto__":{"open":1}}'), { type: 'vault', key: 'a' },
];
