// ByteScanner: reads bytes from outside once, before anything is built of them. Owns: the limits, and what a codec may have written.
//   S1. What passes is MessagePack that a codec could have written in shape, within the limits: msgpackr builds it without surprise.
//   S2. No recursion and no allocation that a claimed length decides: memory grows with depth, which is bounded before it is entered.
//   S3. Each name of an object is seen here in its one spelling (strict UTF-8), so that forbidden names cannot slip by.
import { InvalidArgumentError, PayloadTooLargeError } from '../errors/index.js';
import type { DecodeLimits } from './codec.js';
import { ScanFrame } from './scan-frame.js';
import { isUtf8 } from './text.js';
import { printPath, type Step } from './value-path.js';
import { MAX_DEPTH, Tag, isContainer } from './wire-node.js';

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
// Most names have another length, and need no decoding.
const FORBIDDEN_LENGTHS: ReadonlySet<number> = new Set([...FORBIDDEN].map((name) => name.length));
const MAX_TAG = Math.max(...Object.values(Tag));
/** Bytes that follow the first byte of a number. */
const NUMBER_SIZES: Readonly<Record<number, number>> = { 0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8 };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Throws `PayloadTooLargeError` or `InvalidArgumentError` unless the bytes are one value within the limits. */
export function scanBytes(bytes: Uint8Array, limits: DecodeLimits, root: string): void {
  if (bytes.length > limits.maxBytes) {
    throw new PayloadTooLargeError(`${root}: ${bytes.length} bytes, ${limits.maxBytes} at most`, { limit: limits.maxBytes, path: root });
  }
  new ByteScanner(bytes, limits, root).scan();
}

class ByteScanner {
  private readonly frames: ScanFrame[] = [];
  private readonly maxDepth: number;
  private at = 0;
  private nodes = 0;
  private depth = 0;

  constructor(private readonly bytes: Uint8Array, private readonly limits: DecodeLimits, private readonly root: string) {
    this.maxDepth = Math.min(limits.maxDepth, MAX_DEPTH);
  }

  scan(): void {
    do {
      const open = this.frames.length;
      this.readValue(this.frames.at(-1));
      this.closeFrames(this.frames.length === open);
    } while (this.frames.length > 0);
    if (this.at < this.bytes.length) this.fail('bytes after the value');
  }

  private readValue(frame: ScanFrame | undefined): void {
    const isName = frame?.isAtName() ?? false;
    if (!isName && !frame?.isScalar) this.countNode();
    const first = this.readByte();
    if (first >= 0xa0 && first < 0xc0) this.readText(first & 0x1f, frame, isName);
    else if (first >= 0xd9 && first <= 0xdb) this.readText(this.readLength(1 << (first - 0xd9)), frame, isName);
    else if ((first >= 0x90 && first < 0xa0) || first === 0xdc || first === 0xdd) this.openArray(first, frame, isName);
    else if (isName) this.fail('a field name that is no string');
    else if ((first >= 0x80 && first < 0x90) || first === 0xde || first === 0xdf) this.openMap(first, frame);
    else this.readScalar(first);
  }

  private readScalar(first: number): void {
    if (first < 0x80 || first >= 0xe0 || first === 0xc0 || first === 0xc2 || first === 0xc3) return;
    const size = NUMBER_SIZES[first];
    if (size !== undefined) this.skip(size);
    else if (first >= 0xc4 && first <= 0xc6) this.skip(this.readLength(1 << (first - 0xc4)));
    // The one extension: `undefined`, as msgpackr writes it.
    else if (first !== 0xd4 || this.readByte() !== 0 || this.readByte() !== 0) this.fail(`unexpected byte 0x${first.toString(16)}`);
  }

  private readText(length: number, frame: ScanFrame | undefined, isName: boolean): void {
    const start = this.at;
    this.skip(length);
    if (!isUtf8(this.bytes, start, this.at)) this.fail('text that is no UTF-8');
    if (!isName || frame === undefined) return;
    frame.setName(start, this.at);
    if (!FORBIDDEN_LENGTHS.has(length) || !FORBIDDEN.has(this.decode(start, this.at))) return;
    const path = this.printPath();
    throw new InvalidArgumentError(`${path}: this name is not accepted from outside`, { path });
  }

  private openArray(first: number, parent: ScanFrame | undefined, isName: boolean): void {
    const length = first < 0xa0 ? first & 0x0f : this.readLength(first === 0xdc ? 2 : 4);
    this.checkRoom(length);
    const tag = length > 0 && this.bytes[this.at] === 0xc0 ? this.readTag(length) : undefined;
    if (isName && tag !== Tag.text) this.fail('a field name that is no string');
    if (isName) parent?.setName(0, 0);
    if (tag === Tag.graph && parent !== undefined) this.fail('a graph inside a value');
    const isNested = tag === undefined || isContainer(tag);
    this.open(new ScanFrame(tag ?? 'array', length, tag === undefined ? 0 : 2, isNested), parent);
  }

  private readTag(length: number): Tag {
    const tag = this.bytes[this.at + 1];
    if (length < 2 || tag === undefined || tag > MAX_TAG) return this.fail('an unknown kind of value');
    if (tag === Tag.reference && this.limits.allowReferences !== true) return this.refuse('handles are not accepted here');
    // Matching a hostile pattern can take for ever.
    if (tag === Tag.regExp) return this.refuse('regular expressions are not accepted from outside');
    this.at += 2;
    return tag as Tag;
  }

  private openMap(first: number, parent: ScanFrame | undefined): void {
    const entries = first < 0x90 ? first & 0x0f : this.readLength(first === 0xde ? 2 : 4);
    this.checkRoom(entries * 2);
    this.open(new ScanFrame('map', entries * 2, 0, true), parent);
  }

  private open(frame: ScanFrame, parent: ScanFrame | undefined): void {
    // Scalar nodes and graphs take no depth; that they hold no containers (or stand at the root) keeps them from nesting.
    if (parent?.isScalar) this.fail('a container inside a scalar');
    if (frame.isNested && ++this.depth > this.maxDepth) this.tooLarge(`nested deeper than ${this.maxDepth} levels`, this.maxDepth);
    this.frames.push(frame);
  }

  /** A scalar just read, and a container without further elements, complete the element they are; the last one completes its container. */
  private closeFrames(isScalarRead: boolean): void {
    let isComplete = isScalarRead;
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      if (isComplete) frame.done++;
      if (frame.done < frame.length) return;
      if (frame.isNested) this.depth--;
      this.frames.pop();
      isComplete = true;
    }
  }

  private countNode(): void {
    if (++this.nodes <= this.limits.maxNodes) return;
    this.tooLarge(`more than ${this.limits.maxNodes} values`, this.limits.maxNodes);
  }

  private readByte(): number {
    if (this.at >= this.bytes.length) this.fail('the bytes end too early');
    return this.bytes[this.at++] as number;
  }

  private readLength(size: number): number {
    let length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + this.readByte();
    return length;
  }

  private skip(count: number): void {
    this.checkRoom(count);
    this.at += count;
  }

  // Each value takes a byte at least.
  private checkRoom(count: number): void {
    if (count > this.bytes.length - this.at) this.fail('the bytes end too early');
  }

  private decode(start: number, end: number): string {
    return decoder.decode(this.bytes.subarray(start, end));
  }

  private printPath(): string {
    const steps: Step[] = [];
    for (const frame of this.frames) {
      const step = frame.step((start, end) => this.decode(start, end));
      if (step !== undefined) steps.push(step);
    }
    return printPath(this.root, steps);
  }

  private tooLarge(problem: string, limit: number): never {
    const path = this.printPath();
    throw new PayloadTooLargeError(`${path}: ${problem}`, { limit, path });
  }

  private refuse(problem: string): never {
    const path = this.printPath();
    throw new InvalidArgumentError(`${path}: ${problem}`, { path });
  }

  private fail(problem: string): never {
    return this.refuse(`no encoding of a value: ${problem}`);
  }
}
