// StateTracker. Owns: the start-of-unit values of one instance's @State fields. No proxies: a unit's end compares with its start,
// primitives by Object.is, references by their encoding.
//   H1. `stage` compares with the last `accept`; `rollback` returns to it; what was staged last is what `accept` adopts.
//   H2. What `upgrade` made of a saved value differs from its baseline, which is what was saved: the unit of the activation's beginning
//       commits it as it does what `onActivate` changed, before anybody sees it. Until then there is nothing to roll back to: if that unit
//       fails, the activation does.
import type { ClassMetadata, StateFieldMetadata } from '../decorators/index.js';
import { serializableName } from '../protocol/serializable-registry.js';
import type { Codec } from '../protocol/codec/index.js';
import { InvalidArgumentError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { SavedFields } from '../protocol/ports/state-store.js';
import { restoreField } from './saved-field.js';

type Instance = Record<string, unknown>;

/** A primitive itself, or the encoding of anything else. */
type Baseline = { readonly bytes: Uint8Array } | { readonly primitive: unknown };

const NOBODY: readonly string[] = [];
const NOTHING: StagedChanges = { saved: new Map(), lazy: new Map() };

export class StateTracker {
  private readonly baselines = new Map<string, Baseline>();
  private staged: Map<string, Baseline> | undefined;
  /** Fields whose initial value was an instance of a serializable class: they refuse plain objects. */
  private instanceFields: Map<string, string> | undefined;

  constructor(
    private readonly instance: Instance,
    private readonly metadata: ClassMetadata,
    private readonly codec: Codec,
    saved: SavedFields,
  ) {
    for (const field of metadata.state.values()) this.begin(field, saved.get(field.name));
  }

  stage(): StagedChanges {
    this.staged = undefined;
    if (this.baselines.size === 0) return NOTHING;
    let changes: { saved: Map<string, Uint8Array>; lazy: Map<string, Uint8Array> } | undefined;
    for (const field of this.metadata.state.values()) {
      const bytes = this.changed(field);
      if (!bytes) continue;
      changes ??= { saved: new Map(), lazy: new Map() };
      (field.lazy ? changes.lazy : changes.saved).set(field.name, bytes);
    }
    return changes ?? NOTHING;
  }

  accept(): void {
    for (const [name, baseline] of this.staged ?? []) this.baselines.set(name, baseline);
    this.staged = undefined;
  }

  strayed(): readonly string[] {
    let names: string[] | undefined;
    for (const [name, baseline] of this.baselines) {
      if ('primitive' in baseline && !Object.is(this.instance[name], baseline.primitive)) (names ??= []).push(name);
    }
    return names ?? NOBODY;
  }

  rollback(): void {
    this.staged = undefined;
    for (const [name, baseline] of this.baselines) {
      if ('primitive' in baseline) this.instance[name] = baseline.primitive;
      else if (!equalBytes(this.tryEncode(name), baseline.bytes)) this.instance[name] = this.codec.decode(baseline.bytes);
    }
  }

  capture(): ReadonlyMap<string, Uint8Array> {
    const all = new Map<string, Uint8Array>();
    for (const [name, baseline] of this.baselines) {
      all.set(name, 'primitive' in baseline ? this.codec.encode(baseline.primitive, name) : baseline.bytes);
    }
    return all;
  }

  private begin(field: StateFieldMetadata, saved: Uint8Array | undefined): void {
    const initial = this.instance[field.name];
    const className = typeof initial === 'object' && initial !== null ? serializableName(initial.constructor as never) : undefined;
    if (className !== undefined) (this.instanceFields ??= new Map()).set(field.name, className);
    if (saved) this.instance[field.name] = restoreField({ field, path: this.path(field), instanceOf: className }, saved, this.codec);
    this.baselines.set(field.name, this.baselineOf(field, saved));
  }

  private baselineOf(field: StateFieldMetadata, saved: Uint8Array | undefined): Baseline {
    const value = this.instance[field.name];
    if (!isPrimitive(value)) return { bytes: saved ?? this.codec.encode(value, field.name) };
    // H2.
    if (saved && field.upgrade && !equalBytes(this.codec.encode(value, field.name), saved)) return { bytes: saved };
    return { primitive: value };
  }

  /** The field's encoding if it differs from its baseline; remembers it for `accept`. */
  private changed(field: StateFieldMetadata): Uint8Array | undefined {
    const value = this.instance[field.name];
    const baseline = this.baselines.get(field.name)!;
    if (isPrimitive(value)) {
      if ('primitive' in baseline && Object.is(baseline.primitive, value)) return undefined;
      (this.staged ??= new Map()).set(field.name, { primitive: value });
      return this.codec.encode(value, this.path(field));
    }
    this.checkClass(field, value);
    const bytes = this.codec.encode(value, this.path(field));
    if ('bytes' in baseline && equalBytes(bytes, baseline.bytes)) return undefined;
    (this.staged ??= new Map()).set(field.name, { bytes });
    return bytes;
  }

  private checkClass(field: StateFieldMetadata, value: object): void {
    const expected = this.instanceFields?.get(field.name);
    if (expected === undefined || Object.getPrototypeOf(value) !== Object.prototype) return;
    const path = this.path(field);
    throw new InvalidArgumentError(`${path}: a plain object where an instance of '${expected}' was; assign an instance of the class`, { path });
  }

  private path(field: StateFieldMetadata): string {
    return `${this.metadata.target.name}.${field.name}`;
  }

  private tryEncode(name: string): Uint8Array | undefined {
    try {
      return this.codec.encode(this.instance[name], name);
    } catch {
      return undefined;
    }
  }
}

function isPrimitive(value: unknown): value is string | number | boolean | bigint | null | undefined {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (!a || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
