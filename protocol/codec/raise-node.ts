// Nodes on their way to values, chosen by their tag. What is in a node may be anything: each shape is checked before it is used.
import { checkKey, isWireName } from '../actor-id.js';
import { isComponentAddress } from '../component-address.js';
import { buildBinary } from './binary.js';
import { BUILT_IN_ERRORS, bareError, bareTroupeError, setErrorFields, type ErrorField } from './error-shape.js';
import type { Expected } from './lowering-walk.js';
import { raiseFields, raiseInstance, raiseTyped } from './raise-instance.js';
import type { RaisingWalk } from './raising-walk.js';
import { raiseText } from './raise-text.js';
import { mapValueStep, memberStep } from './value-path.js';
import { BODY_START, MAX_NUMBER_KEYS, Tag } from './wire-node.js';

/** The value of a node: an array that begins with null. */
export function raiseNode(node: unknown[], walk: RaisingWalk, expected: Expected | undefined): unknown {
  switch (node[1]) {
    case Tag.array: return raiseArray(node, walk, expected);
    case Tag.negativeZero: return -0;
    case Tag.bigint: return raiseBigInt(node[2], walk);
    case Tag.text: return raiseText(node[2], walk);
    case Tag.object: return raiseObjectNode(node, walk, expected);
    case Tag.bare: return raiseFields(walk.meet(Object.create(null) as object), walk.fieldsOf(node, BODY_START[Tag.bare]), walk);
    case Tag.sparse: return raiseSparse(node, walk, expected);
    case Tag.date: return typeof node[2] === 'number' ? walk.meet(new Date(node[2])) : walk.fail('a date that is no number');
    case Tag.regExp: return raiseRegExp(node, walk);
    case Tag.map: return raiseMap(node, walk, expected);
    case Tag.set: return raiseSet(node, walk, expected);
    case Tag.bytes: return walk.meet(buildBinary(node[2], bytesOf(node[3], walk)) ?? walk.fail('bytes of an unknown kind or length'));
    case Tag.instance: return raiseInstance(node, walk);
    case Tag.error: return raiseError(bareError(BUILT_IN_ERRORS.get(node[2] as string)?.prototype ?? walk.fail('an error of an unknown class')), node, walk);
    case Tag.troupeError: return raiseError(bareTroupeError(node[2]) ?? walk.fail('an error of an unknown code'), node, walk);
    case Tag.reference: return raiseReference(node, walk);
    default: return walk.fail(`unknown node ${String(node[1])}`);
  }
}

function bytesOf(tree: unknown, walk: RaisingWalk): Uint8Array {
  return tree instanceof Uint8Array ? tree : walk.fail('bytes expected');
}

function raiseArray(node: readonly unknown[], walk: RaisingWalk, expected: Expected | undefined): unknown[] {
  const array = walk.meet(node.slice(BODY_START[Tag.array]));
  for (let i = 0; i < array.length; i++) array[i] = walk.child(i, array[i], expected);
  return array;
}

function raiseBigInt(tree: unknown, walk: RaisingWalk): bigint {
  if (typeof tree !== 'string' || !/^-?[\da-f]+$/.test(tree)) return walk.fail('a bigint that is no number');
  return tree.startsWith('-') ? -BigInt(`0x${tree.slice(1)}`) : BigInt(`0x${tree}`);
}

function raiseObjectNode(node: readonly unknown[], walk: RaisingWalk, expected: Expected | undefined): object {
  const fields = walk.fieldsOf(node, BODY_START[Tag.object]);
  return raiseTyped(fields, walk, expected) ?? raiseFields(walk.meet({}), fields, walk);
}

function raiseSparse(node: readonly unknown[], walk: RaisingWalk, expected: Expected | undefined): unknown[] {
  const [, , length] = node;
  if (typeof length !== 'number' || length >>> 0 !== length) return walk.fail('a length that is no number');
  // A few bytes can claim four thousand million holes, for which an engine may take memory; and many such arrays, a little each.
  walk.count(Math.max(0, length - (node.length - BODY_START[Tag.sparse]) / 2));
  const array = walk.meet<unknown[]>([]);
  for (let i = BODY_START[Tag.sparse]; i < node.length; i += 2) {
    const index = node[i];
    if (typeof index !== 'number' || index >>> 0 !== index || index >= length || i + 1 === node.length) return walk.fail('an element out of place');
    array[index] = walk.child(index, node[i + 1], expected);
  }
  array.length = length;
  return array;
}

function raiseRegExp(node: readonly unknown[], walk: RaisingWalk): RegExp {
  const source = walk.child('source', node[2]);
  const flags = node[3];
  if (typeof source !== 'string' || typeof flags !== 'string') return walk.fail('a regular expression that is no text');
  return walk.meet(new RegExp(source, flags));
}

function raiseMap(node: readonly unknown[], walk: RaisingWalk, expected: Expected | undefined): Map<unknown, unknown> {
  const map = walk.meet(new Map<unknown, unknown>());
  let numbers = 0;
  for (let i = BODY_START[Tag.map]; i < node.length; i += 2) {
    if (i + 1 === node.length) return walk.fail('a Map key without value');
    const place = (i - BODY_START[Tag.map]) / 2;
    const key = walk.child(memberStep('keys', place), node[i]);
    numbers = countNumber(key, numbers, walk);
    map.set(key, walk.child(mapValueStep(key, place), node[i + 1], expected));
  }
  return map;
}

function raiseSet(node: readonly unknown[], walk: RaisingWalk, expected: Expected | undefined): Set<unknown> {
  const set = walk.meet(new Set<unknown>());
  let numbers = 0;
  node.slice(BODY_START[Tag.set]).forEach((tree, place) => {
    const member = walk.child(memberStep('values', place), tree, expected);
    numbers = countNumber(member, numbers, walk);
    set.add(member);
  });
  return set;
}

/** R4. */
function countNumber(key: unknown, before: number, walk: RaisingWalk): number {
  if (!walk.isUntrusted || (typeof key !== 'number' && typeof key !== 'bigint')) return before;
  return before < MAX_NUMBER_KEYS ? before + 1 : walk.tooLarge(`more than ${MAX_NUMBER_KEYS} numbers as keys or members; send strings, or an array`, MAX_NUMBER_KEYS);
}

function raiseError(error: Error, node: readonly unknown[], walk: RaisingWalk): Error {
  walk.meet(error);
  setErrorFields(error, walk.fieldsOf(node, BODY_START[Tag.error]).map(([name, tree]): ErrorField => [name, walk.child(name, tree)]));
  return error;
}

function raiseReference(node: readonly unknown[], walk: RaisingWalk): object {
  const [, , type, key, component] = node;
  if (walk.references === undefined) return walk.fail('a handle, where no handles are known');
  if (!isWireName(type) || (component !== undefined && !isComponentAddress(component))) return walk.fail('a handle of no known kind');
  // A service's handle has the empty key; clients have none of services.
  if (key !== '' || component !== undefined || walk.isUntrusted) checkKey(key, 'key of a handle');
  return walk.meet(walk.references.fromId({ type, key, component }));
}
