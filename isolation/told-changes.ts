import type { Codec } from '../protocol/codec/index.js';
import type { FieldChanges, StagedChanges } from '../protocol/ports/component-host.js';
import type { SavedFields } from '../protocol/ports/state-store.js';
import { EPOCH, FIRST_FIELD, SERIAL, type FlatChanges, type ThreadChanges, type Told } from './thread-messages.js';
import type { Run } from './thread-turns.js';
import { errorFromWire } from './wire-value.js';
import type { WorkerEntity } from './worker-entity.js';

const NONE: FieldChanges = new Map();
/** Nothing differs. */
export const UNCHANGED: ThreadChanges = { serial: 0, saved: NONE, lazy: NONE, manual: NONE };

export function isFlat(told: Told): told is FlatChanges {
  return Array.isArray(told);
}

/** What a thread told, with every value encoded. */
export function readChanges(flat: FlatChanges, codec: Codec): ThreadChanges {
  const lazyAt = FIRST_FIELD + 2 * (flat[2] as number);
  const manualAt = lazyAt + 2 * (flat[3] as number);
  return {
    serial: flat[SERIAL] as number,
    saved: readFields(flat, FIRST_FIELD, lazyAt, codec),
    lazy: readFields(flat, lazyAt, manualAt, codec),
    manual: readFields(flat, manualAt, flat.length, codec),
  };
}

/** The fields after the changes; the same map when there are none. */
export function withChanges(fields: SavedFields, { saved, lazy, manual }: StagedChanges): SavedFields {
  if (saved.size + lazy.size + manual.size === 0) return fields;
  const all = new Map(fields);
  for (const changes of [saved, lazy, manual]) {
    for (const [name, value] of changes) {
      if (value === undefined) all.delete(name);
      else all.set(name, value);
    }
  }
  return all;
}

/** `valueOf`: what a field holds now. */
export function writeChanges(serial: number, epoch: number, { saved, lazy, manual }: StagedChanges, valueOf: (name: string) => unknown): FlatChanges {
  const flat: unknown[] = [serial, epoch, saved.size, lazy.size];
  for (const fields of [saved, lazy, manual]) {
    if (fields.size === 0) continue;
    for (const [name, bytes] of fields) {
      const value = valueOf(name);
      // Bytes are dearer to send than what they stand for.
      flat.push(name, value === null || typeof value !== 'object' ? value : bytes);
    }
  }
  return flat;
}

function readFields(flat: FlatChanges, from: number, to: number, codec: Codec): FieldChanges {
  if (from === to) return NONE;
  const map = new Map<string, Uint8Array>();
  for (let i = from; i < to; i += 2) {
    const value = flat[i + 1];
    map.set(flat[i] as string, value instanceof Uint8Array ? value : codec.encode(value, 'state'));
  }
  return map;
}

/** A turn ended: its entity hears what became of the state. What cannot be read fails the turn, and is thrown. */
export function hearState({ entity, end }: Run, told: Told, codec: Codec): void {
  try {
    tell(entity, told, codec);
  } catch (error) {
    end(true, error);
    throw error;
  }
}

function tell(entity: WorkerEntity, told: Told, codec: Codec): void {
  if (typeof told === 'number') return entity.ended(undefined, told, undefined);
  if (isFlat(told)) return entity.ended(readChanges(told, codec), told[EPOCH] as number, undefined);
  if (told.strays) entity.takeStrays(readChanges(told.strays, codec));
  entity.ended(told.changes && readChanges(told.changes, codec), told.epoch, told.error === undefined ? undefined : errorFromWire(told.error, codec));
}
