// TagBook. Owns: the tags of one actor as its row has them (its own and its components'), and their places in the index.
//   I1. No actor that has a tag committed is missing from the tag's index: the entry is there before the commit that gives the tag, and is
//       taken out after the commit that takes it away. A crash between leaves an entry too many, which `findActors` looks behind.
//   I2. An entry carries the version of the commit that it was made ahead of. Whoever takes it out says which commit has made it superfluous:
//       an entry for a later one stays, however late the request arrives.
import type { ClaimedRow, CommitRequest } from '../../protocol/ports/state-store.js';
import type { Activation } from './activation.js';
import { TAGS_FIELD, tagsOfEntity } from './entity-tags.js';

type Fields = ReadonlyMap<string, Uint8Array | undefined>;
type TagsByField = ReadonlyMap<string, readonly string[]>;
type TagChanges = NonNullable<CommitRequest['tags']>;

const OF_A_COMPONENT = `:${TAGS_FIELD}`;

export class TagBook {
  /** Tags by the saved name of the field that says them. */
  private byField: TagsByField = new Map();
  /** All of them, as the store has them. */
  private stored: ReadonlySet<string>;
  private next: { readonly byField: TagsByField; readonly stored: ReadonlySet<string> } | undefined;

  constructor(private readonly activation: Activation, row: Pick<ClaimedRow, 'fields' | 'tags'>) {
    this.stored = new Set(row.tags);
    this.byField = this.withChanges(row.fields) ?? this.byField;
  }

  /** What a commit of these fields does to the actor's tags. */
  changesOf(fields: Fields): TagChanges | undefined {
    const byField = this.withChanges(fields);
    this.next = undefined;
    if (!byField) return undefined;
    const wanted = new Set([...byField.values()].flat());
    this.next = { byField, stored: wanted };
    const added = [...wanted].filter((tag) => !this.stored.has(tag));
    const removed = [...this.stored].filter((tag) => !wanted.has(tag));
    return added.length + removed.length > 0 ? { added, removed } : undefined;
  }

  /** All of them anew, for a row that lost commits. */
  everything({ added = [], removed = [] }: Partial<TagChanges> = {}): TagChanges {
    return { added: [...new Set([...this.stored, ...added])].filter((tag) => !removed.includes(tag)), removed };
  }

  /** The commit that `changesOf` was asked for has happened. */
  committed(): void {
    if (this.next) ({ byField: this.byField, stored: this.stored } = this.next);
    this.next = undefined;
  }

  /** I1: before the commit. */
  async index({ tags, version, commitId }: CommitRequest): Promise<void> {
    const { id, services: { store } } = this.activation;
    await Promise.all((tags?.added ?? []).map((tag) => store.indexTag(tag, id, true, { version: version + 1, by: commitId })));
  }

  /** I1, I2: after the commit of `version`. What fails leaves an entry too many. */
  async unindex(tags: readonly string[], version: number): Promise<void> {
    const { id, services: { store }, log } = this.activation;
    const removing = tags.map((tag) => store.indexTag(tag, id, false, { version, by: '' }));
    for (const outcome of await Promise.allSettled(removing)) {
      if (outcome.status === 'rejected') log.debug({ err: outcome.reason as unknown }, 'a tag that is gone stays in its index');
    }
  }

  /** The actor was destroyed. */
  forgetAll(version: number): Promise<void> {
    return this.unindex([...this.stored], version);
  }

  /** `undefined`: none of the fields says tags. */
  private withChanges(fields: Fields): TagsByField | undefined {
    let changed: Map<string, readonly string[]> | undefined;
    for (const [name, bytes] of fields) {
      if (name !== TAGS_FIELD && !name.endsWith(OF_A_COMPONENT)) continue;
      changed ??= new Map(this.byField);
      if (bytes) changed.set(name, this.activation.services.codec.decode(bytes) as readonly string[]);
      else changed.delete(name);
    }
    return changed;
  }
}

/** Gives the entities of a row that has tags theirs back. */
export function restoreTags(activation: Activation, row: ClaimedRow): void {
  if (row.tags.length === 0) return;
  activation.beginTags(row);
  for (const entity of activation.entities) {
    const prefix = entity.id.component === undefined ? '' : `${entity.id.component}:`;
    const bytes = row.fields.get(prefix + TAGS_FIELD);
    if (bytes) tagsOfEntity(entity).restore(bytes);
  }
}
