import type { Codec } from '../../protocol/codec/index.js';

/** The saved field that says which components an actor has. No field of a user's is named like it: those hold no `:`, and component names are not empty. */
export const SET_FIELD = ':components';

const LONGEST_NAME = 64;

/** A component that was added. */
export interface AddedComponent {
  readonly name: string;
  /** The class's wire name. */
  readonly className: string;
  /** Encoded. */
  readonly args?: Uint8Array | undefined;
}

/** How an actor's components differ from what its class declares. Frozen: a change is another record. */
export interface SetRecord {
  /** Declared ones that were removed. */
  readonly removed: readonly string[];
  /** In the order of their addition. */
  readonly added: readonly AddedComponent[];
  /** By class: the number of the last component that got a name. Names are never given twice, so nobody meets another's state. */
  readonly numbers: ReadonlyMap<string, number>;
}

export const AS_DECLARED: SetRecord = { removed: [], added: [], numbers: new Map() };

export function encodeSet(record: SetRecord, codec: Codec): Uint8Array {
  return codec.encode(record, SET_FIELD);
}

export function decodeSet(bytes: Uint8Array, codec: Codec): SetRecord {
  return codec.decode(bytes) as SetRecord;
}

/** The record with one more component of the class, and that component's name: the class's, or with a number when it had one before. */
export function withAdded(record: SetRecord, className: string, args: Uint8Array | undefined, isTaken: (name: string) => boolean): readonly [SetRecord, string] {
  let number = record.numbers.get(className) ?? 0;
  let name: string;
  do name = nameOf(className, ++number); while (isTaken(name));
  const added = [...record.added, { name, className, ...(args && { args }) }];
  return [{ ...record, added, numbers: new Map(record.numbers).set(className, number) }, name];
}

export function withoutComponent(record: SetRecord, name: string): SetRecord {
  const added = record.added.filter((each) => each.name !== name);
  return added.length < record.added.length ? { ...record, added } : { ...record, removed: [...record.removed, name] };
}

/** `Burning`, `Burning-2`: always a wire name. */
function nameOf(className: string, number: number): string {
  if (number === 1) return className;
  const suffix = `-${number}`;
  return className.slice(0, LONGEST_NAME - suffix.length) + suffix;
}
