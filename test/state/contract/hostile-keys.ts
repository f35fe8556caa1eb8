/** Keys that break careless encodings, pairwise different. */
export function hostileKeys(): readonly string[] {
  const long = 'x'.repeat(10_000);
  return [
    '{', '}', '{}', '}{', '}tag', '{C/m}', 'a{b}c', ':', ':a', 'a:ops', 'a:b:c', '/', 'a/b', '../', '../../m', '*', '?', '[a-z]', '\\', '\\x00',
    '\r\n', '$-1\r\n', '*1\r\n$4\r\nPING\r\n', '\0', 'a\0', 'a\0b', ' ', '\t', '%00', '%7B', '~', '~AAAAAAAAAAAAAAAAAAAAAA', '-', '_', '__proto__',
    'constructor', 'null', 'undefined', '0', '-0', '1e3', 'é', 'e\u0301', '\u00c5', '\u212b', 'ﬁ', 'fi', 'ſ', 's', 'S', 'ı', 'İ', 'ß', 'ss', '☃', '😀', '\u200b',
    '\ufeff', 'a\u202eb', '\ud7ff', '\ue000', '\u{10ffff}', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(66), long, `${long}y`, `y${long}`, `{${long}}`,
    'ü'.repeat(32), 'ü'.repeat(33), Buffer.from('x'.repeat(65)).toString('base64url'), 'eA', 'eA==',
  ];
}
