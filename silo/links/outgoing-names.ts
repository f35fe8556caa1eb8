import type { ByteWriter } from './byte-writer.js';
import { MAX_NAMES, MAX_NAME_LENGTH } from './incoming-names.js';

/**
 * Strings that the messages of one connection repeat (types, methods, components): a number each. New ones are announced in a frame of their
 * own, ahead of the messages that use them, so that a message may take another way (in chunks) than those after it.
 */
export class OutgoingNames {
  private readonly numbers = new Map<string, number>();
  private announced: string[] = [];

  get hasNew(): boolean {
    return this.announced.length > 0;
  }

  write(out: ByteWriter, name: string): void {
    const number = this.numbers.get(name) ?? this.add(name);
    out.varint(number);
    if (number === 0) out.text(name);
  }

  /** Writes the new names since the last time. */
  announce(out: ByteWriter): void {
    out.varint(this.announced.length);
    for (const name of this.announced) out.text(name);
    this.announced = [];
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
