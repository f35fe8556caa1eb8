import type { ByteWriter } from './byte-writer.js';
import { MAX_NAMES, MAX_NAME_LENGTH } from './incoming-names.js';

const NAMES_AT_ONCE = 512;

/**
 * Strings that the messages of one connection repeat (types, methods, components): a number each. New ones are announced in a frame of their
 * own, ahead of the messages that use them, so that a message may take another way (in chunks) than those after it.
 */
export class OutgoingNames {
  private readonly numbers = new Map<string, number>();
  private readonly announced: string[] = [];

  get hasNew(): boolean {
    return this.announced.length > 0;
  }

  write(out: ByteWriter, name: string): void {
    const number = this.numbers.get(name) ?? this.add(name);
    out.varint(number);
    if (number === 0) out.text(name);
  }

  /** Writes new names, as many as one frame takes. */
  announce(out: ByteWriter): void {
    const names = this.announced.splice(0, NAMES_AT_ONCE);
    out.varint(names.length);
    for (const name of names) out.text(name);
  }

  /** 0: travels as it is. */
  private add(name: string): number {
    if (name.length > MAX_NAME_LENGTH || this.numbers.size >= MAX_NAMES) return 0;
    const number = this.numbers.size + 1;
    this.numbers.set(name, number);
    this.announced.push(name);
    return number;
  }
}
