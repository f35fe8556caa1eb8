const SHORT_TEXT = 12;

/**
 * Texts that were read lately, of all links: the same few come again and again. One that is known makes no garbage, and being the same string
 * it has its hash already where it is looked up.
 */
export class RecentTexts {
  private readonly texts: string[];
  private readonly mask: number;

  /** `size`: a power of two. */
  constructor(size: number) {
    this.texts = Array.from({ length: size }, () => '');
    this.mask = size - 1;
  }

  /** The text of `length` Latin-1 bytes. */
  read(source: Buffer, start: number, length: number): string {
    let hash = length;
    for (let at = start; at < start + length; at++) hash = (Math.imul(hash, 31) + source[at]!) | 0;
    const slot = (hash ^ (hash >>> 12)) & this.mask;
    const known = this.texts[slot]!;
    if (isText(known, source, start, length)) return known;
    return (this.texts[slot] = latin1(source, start, start + length));
  }
}

/** The text of some Latin-1 bytes. */
export function latin1(source: Buffer, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return source.toString('latin1', start, end);
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(source[at]!);
  return text;
}

function isText(text: string, source: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== source[start + i]) return false;
  }
  return true;
}
