// StateTracker. Owns: the start-of-unit values of one instance's @State fields. No proxies: a unit's end compares with its start,
// primitives by Object.is, references by their encoding.
//   H1. `stage` compares with the last `accept`; `rollback` returns to it; `accept` adopts what was staged, not what came after.
//   H2. What `upgrade` made of a saved value differs from its baseline, which is what was saved: the unit of the activation's beginning
//       commits it as it does what `onActivate` changed, before anybody sees it. Until then there is nothing to roll back to: if that unit
//       fails, the activation does.
import type { ClassMetadata, StateFieldMetadata } from '../decorators/index.js';
import { serializableName } from '../protocol/serializable-registry.js';
import type { Codec } from '../protocol/codec/index.js';
import { InvalidArgumentError } from '../protocol/errors/index.js';
import type { StagedChanges } from '../protocol/ports/component-host.js';
import type { SavedFields } from '../protocol/ports/state-store.js';
import { isPrimitive, type Primitive } from '../protocol/primitive.js';
import { restoreField } from './saved-field.js';

type Instance = Record<string, unknown>;

/** A primitive itself, or the encoding of anything else. */
type Baseline = Primitive | Uint8Array;

const NOBODY: readonly string[] = [];
const NONE = new Map<string, Uint8Array>();
const NOTHING: StagedChanges = { saved: NONE, lazy: NONE, manual: NONE };

/** The changed fields of one `stage`, and the baselines that they become. */
class Changes implements StagedChanges {
  saved = NONE;
  lazy = NONE;
  manual = NONE;
  readonly baselines: [index: number, baseline: Baseline][] = [];

  add(route: keyof StagedChanges, name: string, bytes: Uint8Array): void {
    if (this[route] === NONE) this[route] = new Map();
    this[route].set(name, bytes);
  }
}

/** What an inline entity needs of its tracker. */
export type FieldTracker = Pick<StateTracker, 'stage' | 'accept' | 'rollback' | 'strayed' | 'capture'>;

/** For entities without `@State`: one for all. */
export const NO_STATE: FieldTracker = {
  stage: () => NOTHING,
  accept: () => undefined,
  rollback: () => undefined,
  strayed: () => NOBODY,
  capture: () => NONE,
};

export class StateTracker {
  /** In the order of the class's fields. */
  private readonly baselines: Baseline[] = [];
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
    let changes: Changes | undefined;
    let index = 0;
    for (const field of this.metadata.state.values()) {
      const value = this.instance[field.name];
      const baseline = this.baselines[index];
      const bytes = this.changed(field, value, baseline);
      if (bytes) {
        (changes ??= new Changes()).add(this.routeOf(field), field.name, bytes);
        changes.baselines.push([index, isPrimitive(value) ? value : bytes]);
      }
      index++;
    }
    return changes ?? NOTHING;
  }

  accept(staged: StagedChanges): void {
    if (staged instanceof Changes) for (const [index, baseline] of staged.baselines) this.baselines[index] = baseline;
  }

  strayed(): readonly string[] {
    let names: string[] | undefined;
    let index = 0;
    for (const { name } of this.metadata.state.values()) {
      const baseline = this.baselines[index++];
      if (!(baseline instanceof Uint8Array) && !Object.is(this.instance[name], baseline)) (names ??= []).push(name);
    }
    return names ?? NOBODY;
  }

  rollback(): void {
    this.forEach((name, baseline) => {
      if (!(baseline instanceof Uint8Array)) this.instance[name] = baseline;
      else if (!equalBytes(this.tryEncode(name), baseline)) this.instance[name] = this.codec.decode(baseline);
    });
  }

  capture(): ReadonlyMap<string, Uint8Array> {
    const all = new Map<string, Uint8Array>();
    this.forEach((name, baseline) => all.set(name, baseline instanceof Uint8Array ? baseline : this.codec.encode(baseline, name)));
    return all;
  }

  private forEach(visit: (name: string, baseline: Baseline) => void): void {
    let index = 0;
    for (const { name } of this.metadata.state.values()) visit(name, this.baselines[index++]);
  }

  private begin(field: StateFieldMetadata, saved: Uint8Array | undefined): void {
    const initial = this.instance[field.name];
    const className = typeof initial === 'object' && initial !== null ? serializableName(initial.constructor as never) : undefined;
    if (className !== undefined) (this.instanceFields ??= new Map()).set(field.name, className);
    if (saved) this.instance[field.name] = restoreField({ field, path: this.path(field), instanceOf: className }, saved, this.codec);
    this.baselines.push(this.baselineOf(field, saved));
  }

  private baselineOf(field: StateFieldMetadata, saved: Uint8Array | undefined): Baseline {
    const value = this.instance[field.name];
    if (!isPrimitive(value)) return saved ?? this.codec.encode(value, field.name);
    // H2.
    if (saved && field.upgrade && !equalBytes(this.codec.encode(value, field.name), saved)) return saved;
    return value;
  }

  private routeOf(field: StateFieldMetadata): keyof StagedChanges {
    if (field.lazy) return 'lazy';
    return this.metadata.persistence === 'turn' ? 'saved' : this.metadata.persistence;
  }

  /** The field's encoding if it differs from its baseline now. */
  private changed(field: StateFieldMetadata, value: unknown, baseline: Baseline): Uint8Array | undefined {
    if (isPrimitive(value)) return Object.is(baseline, value) ? undefined : this.codec.encode(value, this.path(field));
    this.checkClass(field, value);
    const bytes = this.codec.encode(value, this.path(field));
    return baseline instanceof Uint8Array && equalBytes(bytes, baseline) ? undefined : bytes;
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

function equalBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (!a || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
