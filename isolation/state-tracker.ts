// StateTracker. Owns: the start-of-unit values of one instance's @State fields. No proxies: a unit's end compares with its start,
// primitives by Object.is, references by their encoding.
//   H1. `stage` compares with the last `accept`; `rollback` returns to it; `accept` adopts what was staged, not what came after.
import type { ClassMetadata, StateFieldMetadata } from '../decorators/index.js';
import { serializableName } from '../protocol/serializable-registry.js';
import type { Codec } from '../protocol/codec/index.js';
import { InvalidArgumentError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { SavedFields } from '../protocol/ports/state-store.js';

type Instance = Record<string, unknown>;

/** A primitive itself, or the encoding of anything else. */
type Baseline = { readonly bytes: Uint8Array } | { readonly primitive: unknown };

const NOBODY: readonly string[] = [];
const NONE = new Map<string, Uint8Array>();
const NOTHING: StagedChanges = { saved: NONE, lazy: NONE, manual: NONE };

/** The changed fields of one `stage`, and the baselines that they become. */
class Changes implements StagedChanges {
  saved = NONE;
  lazy = NONE;
  manual = NONE;
  readonly baselines = new Map<string, Baseline>();

  add(route: keyof StagedChanges, name: string, bytes: Uint8Array, baseline: Baseline): void {
    if (this[route] === NONE) this[route] = new Map();
    this[route].set(name, bytes);
    this.baselines.set(name, baseline);
  }
}

export class StateTracker {
  private readonly baselines = new Map<string, Baseline>();
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
    if (this.baselines.size === 0) return NOTHING;
    let changes: Changes | undefined;
    for (const field of this.metadata.state.values()) {
      const changed = this.changed(field);
      if (changed) (changes ??= new Changes()).add(this.routeOf(field), field.name, changed.bytes, changed.baseline);
    }
    return changes ?? NOTHING;
  }

  accept(staged: StagedChanges): void {
    if (staged instanceof Changes) for (const [name, baseline] of staged.baselines) this.baselines.set(name, baseline);
  }

  strayed(): readonly string[] {
    let names: string[] | undefined;
    for (const [name, baseline] of this.baselines) {
      if ('primitive' in baseline && !Object.is(this.instance[name], baseline.primitive)) (names ??= []).push(name);
    }
    return names ?? NOBODY;
  }

  rollback(): void {
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
    if (saved) this.instance[field.name] = this.codec.decode(saved);
    const value = this.instance[field.name];
    this.baselines.set(field.name, isPrimitive(value) ? { primitive: value } : { bytes: saved ?? this.codec.encode(value, field.name) });
  }

  private routeOf(field: StateFieldMetadata): keyof StagedChanges {
    if (field.lazy) return 'lazy';
    return this.metadata.persistence === 'turn' ? 'saved' : this.metadata.persistence;
  }

  /** The field's encoding, and what it is as a baseline, if it differs from its baseline now. */
  private changed(field: StateFieldMetadata): { readonly bytes: Uint8Array; readonly baseline: Baseline } | undefined {
    const value = this.instance[field.name];
    const baseline = this.baselines.get(field.name)!;
    if (isPrimitive(value)) {
      if ('primitive' in baseline && Object.is(baseline.primitive, value)) return undefined;
      return { bytes: this.codec.encode(value, this.path(field)), baseline: { primitive: value } };
    }
    this.checkClass(field, value);
    const bytes = this.codec.encode(value, this.path(field));
    if ('bytes' in baseline && equalBytes(bytes, baseline.bytes)) return undefined;
    return { bytes, baseline: { bytes } };
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
