// Built-in objects on their way to the wire, chosen by their exact prototype: a subclass is a class of the user's.
import { BINARY_KINDS, viewBytes } from './binary.js';
import { builtInErrorName, dataOf, essenceOf, isTroupeError, type ErrorField } from './error-shape.js';
import type { Expected, LoweringWalk } from './lowering-walk.js';
import { lowerText } from './text.js';
import { mapValueStep, memberStep } from './value-path.js';
import { Tag, type WireNode } from './wire-node.js';

/** The node of a Date, RegExp, Map, Set, binary value, or an error of a known class; `undefined` for anything else. */
export function lowerBuiltIn(value: object, prototype: object, walk: LoweringWalk, expected: Expected | undefined): WireNode | undefined {
  switch (prototype) {
    case Date.prototype: return [null, Tag.date, (value as Date).getTime()];
    case RegExp.prototype: return [null, Tag.regExp, lowerText((value as RegExp).source), (value as RegExp).flags];
    case Map.prototype: return lowerMap(value as Map<unknown, unknown>, walk, expected);
    case Set.prototype: return lowerSet(value as Set<unknown>, walk, expected);
  }
  const kind = BINARY_KINDS.get(prototype);
  if (kind !== undefined) return [null, Tag.bytes, kind, viewBytes(value as ArrayBuffer | ArrayBufferView)];
  return value instanceof Error ? lowerKnownError(value, walk) : undefined;
}

/** Appends name, value, name, value of an error's message, stack, cause and the like. */
export function appendErrorFields(node: WireNode, fields: readonly ErrorField[], walk: LoweringWalk): WireNode {
  for (const [name, value] of fields) node.push(lowerText(name), walk.child(name, value));
  return node;
}

function lowerKnownError(error: Error, walk: LoweringWalk): WireNode | undefined {
  const name = builtInErrorName(error);
  if (name !== undefined) return appendErrorFields([null, Tag.error, name], [...essenceOf(error), ...dataOf(error)], walk);
  if (!isTroupeError(error)) return undefined;
  return appendErrorFields([null, Tag.troupeError, error.code], [...essenceOf(error), ...dataOf(error)], walk);
}

function lowerMap(map: ReadonlyMap<unknown, unknown>, walk: LoweringWalk, expected: Expected | undefined): WireNode {
  const node: WireNode = [null, Tag.map];
  let place = 0;
  for (const [key, value] of map) {
    node.push(walk.child(memberStep('keys', place), key), walk.child(mapValueStep(key, place), value, expected));
    place++;
  }
  return node;
}

function lowerSet(set: ReadonlySet<unknown>, walk: LoweringWalk, expected: Expected | undefined): WireNode {
  const node: WireNode = [null, Tag.set];
  let place = 0;
  for (const member of set) node.push(walk.child(memberStep('values', place++), member, expected));
  return node;
}
