import type { ByteReader } from './byte-reader.js';
import { MalformedFrame } from './malformed-frame.js';

/** Names that one connection numbers; more travel as they are. */
export const MAX_NAMES = 4096;
/** Longer ones travel as they are, in UTF-16 units. */
export const MAX_NAME_LENGTH = 128;

/** The other end of `OutgoingNames`. */
export class IncomingNames {
  private readonly names: string[] = [];

  read(from: ByteReader): string {
    const number = from.varint();
    if (number === 0) return from.text();
    const name = this.names[number - 1];
    if (name === undefined) throw new MalformedFrame(`name ${number} was never announced`);
    return name;
  }

  learn(from: ByteReader): void {
    const count = from.count();
    if (this.names.length + count > MAX_NAMES) throw new MalformedFrame(`more than ${MAX_NAMES} names`);
    for (let i = 0; i < count; i++) {
      const name = from.text();
      if (name.length > MAX_NAME_LENGTH) throw new MalformedFrame(`a name of ${name.length} units`);
      this.names.push(name);
    }
  }
}
