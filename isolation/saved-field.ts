// How one @State field gets its value back from what was saved of it, perhaps by an earlier version of its class. What would be lost for
// ever with the next save is refused instead: an instance of a class that is gone, an instance that has become a plain object.
import type { StateFieldMetadata } from '../decorators/index.js';
import type { Codec } from '../protocol/codec/index.js';
import { ActivationFailedError, type TroupeError } from '../protocol/errors/index.js';

/** A field of one instance that is being restored. */
export interface RestoredField {
  readonly field: StateFieldMetadata;
  /** `Player.position`: how messages begin. */
  readonly path: string;
  /** The wire name of the class that the field's initial value is an instance of. */
  readonly instanceOf: string | undefined;
}

/** The field's value. Throws `ActivationFailedError` naming the field when there is none that could safely be saved again. */
export function restoreField(restored: RestoredField, saved: Uint8Array, codec: Codec): unknown {
  const { field, path, instanceOf } = restored;
  const value = decode(restored, saved, codec);
  const upgraded = field.upgrade ? upgrade(field.upgrade, value, path) : value;
  if (instanceOf === undefined || !isPlainObject(upgraded)) return upgraded;
  if (field.upgrade) throw refusal(path, `upgrade returned a plain object where an instance of '${instanceOf}' was expected; return an instance of the class`);
  throw refusal(path, `a plain object was saved where an instance of '${instanceOf}' is expected now; ${SAY_HOW}`);
}

const SAY_HOW = 'say how to read it: @State({ upgrade: (saved) => … })';

function decode({ field, path }: RestoredField, saved: Uint8Array, codec: Codec): unknown {
  const onUnknownClass = (name: string, at: string): void => {
    if (field.upgrade) return;
    const what = `an instance of '${name}' was saved${at === path ? '' : ` at ${at}`}, and no loaded class is @Serializable('${name}')`;
    throw refusal(path, `${what}; import the class where the actor is, or ${SAY_HOW}, which gets its fields`);
  };
  try {
    return codec.decode(saved, { root: path, onUnknownClass });
  } catch (error) {
    if (error instanceof ActivationFailedError) throw error;
    throw refusal(path, `its saved value cannot be restored: ${messageOf(error)}`, error);
  }
}

function upgrade(run: (saved: unknown) => unknown, saved: unknown, path: string): unknown {
  let value: unknown;
  try {
    value = run(saved);
  } catch (error) {
    throw refusal(path, `upgrade threw: ${messageOf(error)}`, error);
  }
  if (value instanceof Promise) {
    // Nobody else will hear how it ends.
    value.catch(() => undefined);
    throw refusal(path, 'upgrade returned a promise; return the value itself, and do what takes time in onActivate');
  }
  // A forgotten `return` must not become the saved value.
  if (value === undefined && saved !== undefined) throw refusal(path, 'upgrade returned undefined; return the value of the field, or null for none');
  return value;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function refusal(path: string, what: string, cause?: unknown): TroupeError {
  return new ActivationFailedError(`${path}: ${what}`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
