import type { Codec } from '../protocol/codec/index.js';
import type { FieldChanges } from '../protocol/ports/component-host.js';
import type { ThreadChanges, ToldChanges } from './thread-messages.js';

const NONE: FieldChanges = new Map();

/** What a thread told of its changes, with every value encoded. Primitives come as they are: bytes are dearer to send. */
export function toldChanges(told: ToldChanges | undefined, codec: Codec): ThreadChanges {
  if (!told) return { serial: 0, saved: NONE, lazy: NONE, manual: NONE };
  return { serial: told.serial, saved: fields(told.saved, codec), lazy: fields(told.lazy, codec), manual: fields(told.manual, codec) };
}

function fields(flat: readonly unknown[], codec: Codec): FieldChanges {
  if (flat.length === 0) return NONE;
  const map = new Map<string, Uint8Array>();
  for (let i = 0; i < flat.length; i += 2) {
    const value = flat[i + 1];
    map.set(flat[i] as string, value instanceof Uint8Array ? value : codec.encode(value, 'state'));
  }
  return map;
}
