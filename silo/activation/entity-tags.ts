// EntityTags. Owns: the tags that one entity was given at run time. They are saved under a field of their own and staged as a field is.
import type { CallChain } from '../turns/call-chain.js';
import type { Entity } from './entity.js';
import type { SavedPart, StagedPart } from './entity-extras.js';

/** The field's name within its entity. No field of a user's holds a `:`. */
export const TAGS_FIELD = ':tags';

const NONE: readonly string[] = [];

export class EntityTags implements SavedPart {
  private current = NONE;
  private saved = NONE;

  constructor(private readonly entity: Entity) {
    entity.use().parts.push(this);
  }

  restore(bytes: Uint8Array): void {
    this.current = this.saved = this.entity.activation.services.codec.decode(bytes) as readonly string[];
  }

  /** A unit sees what it changes, everybody else what is committed. */
  seenBy(chain: CallChain | undefined): readonly string[] {
    if (this.current === this.saved) return this.saved;
    return chain && this.entity.activation.units.of(chain)?.held.includes(this.entity) ? this.current : this.saved;
  }

  change(added: readonly string[], removed: readonly string[]): void {
    const next = new Set(this.current);
    for (const tag of added) next.add(tag);
    for (const tag of removed) next.delete(tag);
    if (isSame([...next], this.current)) return;
    // What is as it was committed differs from it in nothing.
    this.current = isSame([...next], this.saved) ? this.saved : [...next];
    this.entity.activation.setChanged();
  }

  stage(): StagedPart | undefined {
    const { current, entity: { activation } } = this;
    if (current === this.saved) return undefined;
    const bytes = current.length === 0 ? undefined : activation.services.codec.encode(current, TAGS_FIELD);
    return {
      fields: new Map([[TAGS_FIELD, bytes]]),
      accept: () => {
        this.saved = current;
        activation.setChanged();
      },
    };
  }

  rollback(): void {
    if (this.current === this.saved) return;
    this.current = this.saved;
    this.entity.activation.setChanged();
  }

  capture(): ReadonlyMap<string, Uint8Array> {
    return this.saved.length === 0 ? new Map() : new Map([[TAGS_FIELD, this.entity.activation.services.codec.encode(this.saved, TAGS_FIELD)]]);
  }
}

/** The entity's own; made at the first use. */
export function tagsOfEntity(entity: Entity): EntityTags {
  const extras = entity.use();
  return (extras.tags ??= new EntityTags(entity));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, index) => tag === b[index]);
}
