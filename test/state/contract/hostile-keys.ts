import { encodeKeyPart } from '../../../state/redis-keys.js';

/** Names of properties, values as text, and fragments of other languages. */
const WORDS: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'null', 'undefined', 'NaN', 'true', '0', '-0', '00', '1e3', '[object Object]',
  '%s%s%n', '%d', '${1}', "' OR '1'='1", "'; DROP TABLE actors; --", 'return redis.call("flushall")', "]] redis.call('flushall') --[[", '$(reboot)', '`id`', '<script>', '{{7*7}}',
  '"', "'", '\\', '\\x00', '\\u0000', '%00', '%7B', '%2e%2e%2f', '&#123;', '+', 'a%20b',
];

/** What stands between the parts of our own names, and keys that look like ours. */
function lookAlikes(): readonly string[] {
  const long = 'x'.repeat(65);
  return [
    '{', '}', '{}', '}{', '}tag', '{C/m}', '{other}', 'a{b}c', ':', ':a', ':ops', 'a:ops', 'a:b:c', '/', 'a/b', '../', '../../m', './a', 'a#Pocket', '#', '#Pocket', '*', '?', '*?[a]', '[a-z]',
    'troupe:{default/hostile/YQ}:a', 'hostile/a', '~', '~AAAAAAAAAAAAAAAAAAAAAA', encodeKeyPart(long), encodeKeyPart('x'.repeat(64)), Buffer.from(long).toString('base64url'),
    '-', '_', '--', '-_', 'a', 'YQ', 'YQ==', 'eA', 'eA==', 'eB', 'x', 'p/1', 'p+1', 'p_1', 'p-1', 'm', 'tag/a/0', 'dirty/a',
  ];
}

/** Texts that some normalization, case folding or trimming makes one; and those that nobody sees. */
const PAIRS: readonly string[] = [
  'é', 'e\u0301', '\u00c5', '\u212b', 'A\u030a', '\u1e69', 's\u0323\u0307', 's\u0307\u0323', 'ﬁ', 'fi', 'ſ', 's', 'S', 'i', 'I', 'ı', 'İ', 'i\u0307', 'ß', 'ẞ', 'ss', 'SS', 'σ', 'ς', 'Σ', 'µ', 'μ',
  '①', '1', '１', 'Ａ', 'A', 'А', '²', '2', '½', '1⁄2', 'K', '\u212a', '㎏', 'kg', 'ｶ', 'カ', '한', '\u1112\u1161\u11ab',
  ' ', '  ', '\t', '\n', '\r', '\r\n', '\u00a0', '\u3000', '\u2028', '\u2029', '\u0085', ' a', 'a ', 'a\t', 'a\n', 'a\u00a0', 'a\u200b', 'a\u200d', 'a\u2060', 'a\u00ad', 'a\ufe0f', '\u200b', '\ufeff', '\ufeffa', 'a\ufeff',
  'a\u202eb', 'a\u200fb', 'ab', '\u2066ab\u2069', '☃', '☃\ufe0f', '😀', '👨‍👩‍👧‍👦', '👨👩👧👦', '🏳️‍🌈', '\ud7ff', '\ue000', '\ufffd', '\ufffe', '\uffff', '\u{10ffff}',
];

/** What ends or begins something elsewhere: protocols, C strings, terminals. */
const CONTROLS: readonly string[] = [
  '$-1\r\n', '*1\r\n$4\r\nPING\r\n', 'a\r\nb', '\0', 'a\0', 'a\0b', '\x01', '\x1b[2J', '\x1b]0;owned\x07', '\x1b[31mred', '\b\b\b', '\x7f', '\x9b31m', 'a\n{"level":60,"msg":"forged"}', 'a\vb', 'a\fb',
];

/** At the borders: 64 bytes are spelled out in Redis keys, 1,024 are the most. */
const BORDERS: readonly string[] = [
  'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(66), 'ü'.repeat(32), 'ü'.repeat(33), `${'x'.repeat(60)}😀`, `${'x'.repeat(61)}😀`, '👨‍👩‍👧‍👦'.repeat(40),
  'x'.repeat(1023), 'x'.repeat(1024), `${'x'.repeat(1023)}y`, `y${'x'.repeat(1023)}`, `{${'x'.repeat(1022)}}`, 'ü'.repeat(512), `${'x'.repeat(1020)}😀`, `${'☃'.repeat(341)}x`,
];

/** Well-formed, and too long for an actor's key. */
const TOO_LONG: readonly string[] = ['x'.repeat(1025), 'x'.repeat(10_000), `${'x'.repeat(10_000)}y`, 'ü'.repeat(513), `${'x'.repeat(1021)}😀`, `${'☃'.repeat(341)}é`, '👨‍👩‍👧‍👦'.repeat(41), `{${'x'.repeat(10_000)}}`];

/** Keys that break careless encodings, all of which can be an actor's; pairwise different. */
export function acceptableKeys(): readonly string[] {
  return [...new Set([...WORDS, ...lookAlikes(), ...PAIRS, ...CONTROLS, ...BORDERS])];
}

/** Keys that break careless encodings, pairwise different; a store takes them all. */
export function hostileKeys(): readonly string[] {
  return [...acceptableKeys(), ...TOO_LONG];
}

/** No keys of actors, each with what its refusal says. */
export const REFUSED_KEYS: readonly (readonly [key: unknown, problem: string])[] = [
  ['', 'expected a non-empty string'],
  ...TOO_LONG.map((key) => [key, 'longer than 1024 bytes'] as const),
  ...['\ud800', '\udc00', 'a\ud800', '\udbffa', 'a\udfffb', '\udc00\ud800', '\ud83d\ud83d\ude00', '😀\ude00'].map((key) => [key, 'holds half of a surrogate pair'] as const),
  [undefined, 'expected a string, got undefined'], [null, 'expected a string, got null'], [7, 'expected a string, got number'], [NaN, 'expected a string, got number'],
  [true, 'expected a string, got boolean'], [7n, 'expected a string, got bigint'], [Symbol('a'), 'expected a string, got symbol'], [['a'], 'expected a string, got object'],
  [{ toString: () => 'a' }, 'expected a string, got object'], [new String('a'), 'expected a string, got object'], [() => 'a', 'expected a string, got function'],
];
