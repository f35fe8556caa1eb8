// Values on their way through a message port. Trees of plain data go as they are: the port copies them faster than anything could be encoded.
// All else is encoded, and arrives as bytes; bytes that users send are encoded too, so bytes on the way are always an encoding.
import { NotSerializableError } from '../protocol/errors/index.js';
import { isPrimitive } from '../protocol/primitive.js';
import { runInTurn } from '../sdk/context/turn-scope.js';
import type { EntityId } from '../protocol/actor-id.js';
import type { TurnEnd } from './host.js';
import type { Run } from './thread-turns.js';
import { fromWireError, toWireError, type Codec, type WireError } from '../protocol/codec/index.js';

/** What a port can carry. */
export type Wire = unknown;

const MAX_DEPTH = 8;
const MAX_NODES = 256;

/** `value` must be nobody else's: it leaves later than now. */
export function toWire(value: unknown, codec: Codec, root: string): Wire {
  if (isPrimitive(value) || (typeof value === 'object' && isTree(value))) return value;
  return codec.encode(value, root);
}

export function fromWire(wire: Wire, codec: Codec): unknown {
  return wire instanceof Uint8Array ? codec.decode(wire) : wire;
}

/** What was thrown. */
export function errorToWire(error: unknown, codec: Codec): Wire {
  return codec.encode(toWireError(error, codec, { audience: 'cluster' }), 'error');
}

export function errorFromWire(wire: Wire, codec: Codec): Error {
  return fromWireError(fromWire(wire, codec) as WireError);
}

/** What a port did not clone. `where`: whose message it was. */
export function unsendable(where: string, thrown: unknown): NotSerializableError {
  return new NotSerializableError(`${where}: a value cannot be sent between the silo and a thread: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { path: where, cause: thrown });
}

/** A result that cannot be decoded fails its call alone. */
export function tellOutcome(end: TurnEnd, isWell: boolean, value: Wire, codec: Codec): void {
  if (!isWell) return end(true, errorFromWire(value, codec));
  let result: unknown;
  try {
    result = fromWire(value, codec);
  } catch (error) {
    return end(true, error);
  }
  end(false, result);
}

/** A turn has ended with a tail call; as code of the turn, which may refuse it. */
export function tellHandOver(run: Pick<Run, 'entity' | 'turn' | 'end'>, wire: Wire, codec: Codec): void {
  let made: unknown;
  try {
    const [target, method, args, keepTurn] = fromWire(wire, codec) as readonly [EntityId, string, readonly unknown[], boolean];
    made = runInTurn(run.turn, () => run.entity.runtime.tailCall!(target, method, args, keepTurn));
  } catch (error) {
    return run.end(true, error);
  }
  run.end(false, made);
}

let nodes = 0;

/** Plain objects and arrays of primitives and of their like: no classes, no handles, not too many. */
function isTree(value: object): boolean {
  nodes = 0;
  return isPlain(value, 0);
}

function isPlain(value: object, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    if (Object.getPrototypeOf(value) !== Array.prototype) return false;
    for (const element of value as readonly unknown[]) if (!isPlainMember(element, depth)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name of Object.keys(value)) if (!isPlainMember((value as Record<string, unknown>)[name], depth)) return false;
  return true;
}

function isPlainMember(member: unknown, depth: number): boolean {
  if (++nodes > MAX_NODES) return false;
  return isPrimitive(member) || (typeof member === 'object' && isPlain(member, depth + 1));
}
