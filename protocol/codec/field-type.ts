// FieldType: class-transformer's @Type of one member: the class of its value, or of each element of the array, Set or Map that it holds.
import type { TypeMetadata } from 'class-transformer/types/interfaces/metadata/type-metadata.interface.js';
import type { SerializableClass } from '../serializable-registry.js';

/** A class that fields are built as; the field `dropped` only said which, and is no member. */
export interface ChosenClass {
  readonly Class: SerializableClass;
  readonly dropped?: string | undefined;
}

// What the codec carries itself: a @Type that names one of these asks for no class.
const NO_CLASSES: ReadonlySet<unknown> = new Set([Object, Array, Map, Set, String, Number, Boolean, BigInt, Date, RegExp, Error, Promise, Function, Symbol]);

/** The @Type of one member. */
export class FieldType {
  constructor(private readonly metadata: TypeMetadata, private readonly property: string) {}

  /** The value as the basic type that is named (`String`, `Number`, `Boolean`, `Date`), as class-transformer converts it; other types leave it. */
  coerce(value: unknown, parent: object): unknown {
    if (value === null || value === undefined || isContainer(value)) return value;
    switch (this.named(parent)) {
      case String: return `${value as string}`;
      case Number: return Number(value);
      case Boolean: return Boolean(value);
      case Date: return value instanceof Date ? value : new Date(value as string);
      default: return value;
    }
  }

  /** When `Class` is what this member declares: the discriminator that says so on the wire, or none. `undefined` when it is another class. */
  accepts(Class: unknown, parent: object): { readonly discriminator?: readonly [property: string, name: string] } | undefined {
    const subtype = this.discriminator?.subTypes.find((candidate) => candidate.value === Class);
    if (this.discriminator !== undefined && subtype !== undefined) return { discriminator: [this.discriminator.property, subtype.name] };
    return Class === this.named(parent) && !NO_CLASSES.has(Class) ? {} : undefined;
  }

  /** The class that plain fields are built as, or `undefined` when they stay plain. */
  choose(fieldOf: (name: string) => unknown, parent: object): ChosenClass | undefined {
    const discriminator = this.discriminator;
    const name = discriminator === undefined ? undefined : fieldOf(discriminator.property);
    const subtype = discriminator?.subTypes.find((candidate) => candidate.name === name);
    const Class: unknown = subtype?.value ?? this.named(parent);
    if (typeof Class !== 'function' || NO_CLASSES.has(Class)) return undefined;
    const dropped = this.metadata.options?.keepDiscriminatorProperty ? undefined : discriminator?.property;
    return { Class: Class as SerializableClass, dropped };
  }

  private get discriminator() {
    return this.metadata.options?.discriminator;
  }

  private named(parent: object): unknown {
    // Without a function @Type() means the declared type, which only emitDecoratorMetadata knows.
    if (this.metadata.typeFunction === undefined) return this.metadata.reflectedType as unknown;
    return this.metadata.typeFunction({ newObject: parent, object: parent, property: this.property });
  }
}

// Their elements are what the type speaks of.
function isContainer(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}
