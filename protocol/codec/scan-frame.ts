import { memberStep, type Step } from './value-path.js';
import { BODY_START, Tag, hasKeys, isContainer } from './wire-node.js';

/** A container that the scanner is inside of. Names and values of a map count as its elements. */
export class ScanFrame {
  /** Holds no containers. */
  readonly isScalar: boolean;
  private readonly bodyStart: number;
  private readonly hasNames: boolean;
  private nameStart = 0;
  private nameEnd = 0;

  constructor(
    private readonly kind: Tag | 'array' | 'map',
    readonly length: number,
    /** Elements read so far. */
    public done: number,
    /** Counts as a level of depth. */
    readonly isNested: boolean,
  ) {
    this.isScalar = typeof kind === 'number' && kind !== Tag.graph && !isContainer(kind);
    this.bodyStart = typeof kind === 'number' ? BODY_START[kind] : 0;
    this.hasNames = kind === 'map' || (typeof kind === 'number' && hasKeys(kind));
  }

  /** The next element is the name of a field. */
  isAtName(): boolean {
    return this.hasNames && this.done >= this.bodyStart && (this.done - this.bodyStart) % 2 === 0;
  }

  /** Where in the bytes the name of the field at hand is; 0, 0 when it is none that can be shown. */
  setName(start: number, end: number): void {
    this.nameStart = start;
    this.nameEnd = end;
  }

  /** The step to the element at hand; none for what is no part of the user's value. */
  step(decode: (start: number, end: number) => string): Step | undefined {
    const place = this.done - this.bodyStart;
    if (place < 0) return undefined;
    if (this.hasNames) return this.nameEnd > 0 ? decode(this.nameStart, this.nameEnd) : undefined;
    switch (this.kind) {
      case 'array':
      case Tag.array: return place;
      case Tag.map: return memberStep(place % 2 === 0 ? 'keys' : 'values', place >> 1);
      case Tag.set: return memberStep('values', place);
      default: return undefined;
    }
  }
}
