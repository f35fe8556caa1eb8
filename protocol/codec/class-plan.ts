// ClassPlan: what class-transformer's @Type @Transform @Exclude @Expose say about a class, worked out once. Only their metadata is used, not
// class-transformer's walk: that runs constructors, loses cycles and Maps, and is slow. Rules about members that are grouped or versioned do not
// apply, as in class-transformer when no group or version is asked for.
// package.json maps this to the build that bundlers and Node each take for 'class-transformer': another copy would know no decorators.
import { defaultMetadataStorage as storage } from '#class-transformer-storage';
import type { SerializableClass } from '../serializable-registry.js';
import { FieldType } from './field-type.js';

// class-transformer's TransformationType, which is an enum of a module that this one need not load.
const TO_CLASS = 0;
const TO_PLAIN = 1;
const NO_OPTIONS = Object.freeze({});

type Transform = (value: unknown, key: string, source: object) => unknown;

interface FieldRule {
  readonly property: string;
  readonly wireName: string;
  readonly type: FieldType | undefined;
  readonly toPlain: readonly Transform[];
  readonly toClass: readonly Transform[];
  /** Exposed to a group only. */
  readonly isGrouped: boolean;
}

/** A member of an instance on its way to the wire. */
export interface PlannedField {
  readonly name: string;
  readonly value: unknown;
  readonly type: FieldType | undefined;
}

/** How instances of one class that carries class-transformer's metadata become fields, and fields become such instances. */
export class ClassPlan {
  private readonly rules = new Map<string, FieldRule>();
  /** Members that carry metadata. Fields of other names, which may come by the thousand from outside, follow no rule and are not looked up. */
  private readonly declared: ReadonlySet<string>;
  /** Members by the name they travel under, where that is another. */
  private readonly renamed = new Map<string, string>();
  private readonly onlyExposed: boolean;
  // By direction. The decorators of a class have all run before its first instance is met.
  private readonly exposed: readonly [toClass: readonly string[], toPlain: readonly string[]];
  private readonly excluded: readonly [toClass: ReadonlySet<string>, toPlain: ReadonlySet<string>];

  constructor(private readonly Class: SerializableClass) {
    this.exposed = [storage.getExposedProperties(Class, TO_CLASS), storage.getExposedProperties(Class, TO_PLAIN)];
    this.excluded = [new Set(storage.getExcludedProperties(Class, TO_CLASS)), new Set(storage.getExcludedProperties(Class, TO_PLAIN))];
    this.declared = declaredMembers(Class);
    for (const { propertyName, options } of storage.getExposedMetadatas(Class)) {
      if (propertyName !== undefined && options.name !== undefined && !this.renamed.has(options.name)) this.renamed.set(options.name, propertyName);
    }
    this.onlyExposed = storage.getStrategy(Class) === 'excludeAll';
  }

  /** The members that travel, by the names they travel under, after @Transform. Runs getters, exposed methods and transforms of the class. */
  fieldsOf(instance: Readonly<Record<string, unknown>>): PlannedField[] {
    const exposed = this.exposed[TO_PLAIN];
    const keys = this.select([...(this.onlyExposed ? [] : Object.keys(instance)), ...exposed], TO_PLAIN);
    return keys.map((key) => {
      const { wireName, type, toPlain } = this.ruleOf(key);
      const raw = instance[key];
      const value = apply(toPlain, raw, key, instance);
      return { name: wireName, value: value === raw && typeof raw === 'function' ? (raw.call(instance) as unknown) : value, type };
    });
  }

  /** The @Type of the member that travels under this name. */
  typeOf(wireName: string): FieldType | undefined {
    return this.ruleOf(this.propertyOf(wireName)).type;
  }

  /** Sets the members of `target` from fields by wire name, after @Transform. What the class computes (methods, getters without setter) is left alone. */
  assign(target: Record<string, unknown>, fields: Readonly<Record<string, unknown>>): void {
    const exposed = this.exposed[TO_CLASS].map((key) => this.ruleOf(key).wireName);
    const names = this.onlyExposed ? exposed : [...new Set([...Object.keys(fields), ...exposed])];
    const properties = new Map(names.map((name) => [this.propertyOf(name), name]));
    for (const key of this.select([...properties.keys()], TO_CLASS)) {
      if (isComputed(target, key)) continue;
      const name = properties.get(key) as string;
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
      target[key] = apply(this.ruleOf(key).toClass, value, key, fields);
    }
  }

  private propertyOf(wireName: string): string {
    return this.renamed.get(wireName) ?? wireName;
  }

  private select(keys: readonly string[], direction: typeof TO_CLASS | typeof TO_PLAIN): string[] {
    const excluded = this.excluded[direction];
    return [...new Set(keys)].filter((key) => {
      // These two never name data; class-transformer skips them as well.
      if (key === '__proto__' || key === 'constructor' || excluded.has(key)) return false;
      return !this.ruleOf(key).isGrouped;
    });
  }

  private ruleOf(property: string): FieldRule {
    if (!this.declared.has(property)) return { property, wireName: property, type: undefined, toPlain: [], toClass: [], isGrouped: false };
    let rule = this.rules.get(property);
    if (rule === undefined) this.rules.set(property, (rule = readRule(this.Class, property)));
    return rule;
  }
}

const plans = new WeakMap<SerializableClass, ClassPlan | false>();

/** The plan of a class, or `undefined` when neither it nor an ancestor carries metadata of class-transformer. */
export function planOf(Class: SerializableClass): ClassPlan | undefined {
  let plan = plans.get(Class);
  if (plan === undefined) {
    plan = hasMetadata(Class) ? new ClassPlan(Class) : false;
    plans.set(Class, plan);
  }
  return plan === false ? undefined : plan;
}

type Tables = ReadonlyMap<unknown, ReadonlyMap<string | undefined, unknown>>;

/** What the class and its ancestors carry, by member; `undefined` for what concerns the class itself. */
function* metadataOf(Class: SerializableClass): Generator<ReadonlyMap<string | undefined, unknown>> {
  const tables: readonly Tables[] = [storage['_typeMetadatas'], storage['_transformMetadatas'], storage['_exposeMetadatas'], storage['_excludeMetadatas']];
  for (let ancestor: unknown = Class; typeof ancestor === 'function'; ancestor = Object.getPrototypeOf(ancestor)) {
    for (const table of tables) {
      const members = table.get(ancestor);
      if (members !== undefined) yield members;
    }
  }
}

function hasMetadata(Class: SerializableClass): boolean {
  return !metadataOf(Class).next().done;
}

function declaredMembers(Class: SerializableClass): ReadonlySet<string> {
  return new Set([...metadataOf(Class)].flatMap((members) => [...members.keys()]).filter((name) => name !== undefined));
}

function readRule(Class: SerializableClass, property: string): FieldRule {
  const type = storage.findTypeMetadata(Class, property);
  const exposed = storage.findExposeMetadata(Class, property)?.options;
  return {
    property,
    wireName: exposed?.name ?? property,
    isGrouped: (exposed?.groups?.length ?? 0) > 0,
    type: type === undefined ? undefined : new FieldType(type, property),
    toPlain: readTransforms(Class, property, TO_PLAIN),
    toClass: readTransforms(Class, property, TO_CLASS),
  };
}

function readTransforms(Class: SerializableClass, property: string, type: typeof TO_CLASS | typeof TO_PLAIN): Transform[] {
  return storage
    .findTransformMetadatas(Class, property, type)
    .filter((metadata) => !metadata.options?.groups?.length)
    .map((metadata) => (value, key, obj) => metadata.transformFn({ value, key, obj, type, options: NO_OPTIONS }) as unknown);
}

function apply(transforms: readonly Transform[], value: unknown, key: string, source: object): unknown {
  return transforms.reduce((current, transform) => transform(current, key, source), value);
}

function isComputed(target: Readonly<Record<string, unknown>>, key: string): boolean {
  for (let holder: object | null = Object.getPrototypeOf(target) as object; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const member = Object.getOwnPropertyDescriptor(holder, key);
    if (member !== undefined) return member.set === undefined && (member.get !== undefined || typeof member.value === 'function');
  }
  return false;
}
