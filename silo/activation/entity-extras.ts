import type { Hosted } from '../../isolation/host.js';
import type { EntityTags } from './entity-tags.js';
import type { StagedChanges } from '../../protocol/ports/component-host.js';

type Fields = ReadonlyMap<string, Uint8Array | undefined>;

/** Something of an entity that is saved beside its `@State`, under field names of its own. The bracket of a unit of work is that of `HostedEntity`. */
export interface SavedPart {
  /** What differs from the last `accept`; `undefined`: nothing. Changes nothing itself. */
  stage(): StagedPart | undefined;
  /** Returns to the last `accept`. */
  rollback(): void;
  /** As of the last `accept`. */
  capture(): ReadonlyMap<string, Uint8Array>;
}

export interface StagedPart {
  readonly fields: Fields;
  /** It is committed: that is what a rollback returns to. */
  accept(): void;
}

const NONE: Fields = new Map<string, undefined>();
const NOTHING: StagedChanges = { saved: NONE, lazy: NONE, manual: NONE };

/** What an entity staged, where that is not its `@State` alone. */
class EntityChanges implements StagedChanges {
  readonly saved: Fields;

  constructor(readonly inner: StagedChanges, readonly parts: readonly StagedPart[]) {
    this.saved = new Map([...inner.saved, ...parts.flatMap(({ fields }) => [...fields])]);
  }

  get lazy(): Fields {
    return this.inner.lazy;
  }

  get manual(): Fields {
    return this.inner.manual;
  }
}

/**
 * What few entities have. `fate`: `new` and `leaving` while the unit that adds or removes the component is not committed, `gone` when it is
 * removed or never came to be.
 */
export class EntityExtras {
  fate: 'new' | 'leaving' | 'gone' | undefined;
  /** Of a component that was added with some; encoded. */
  args: Uint8Array | undefined;
  /** Saved under the component's name by an earlier version of its class, and unknown to this one. */
  leftBehind: readonly string[] | undefined;
  tags: EntityTags | undefined;
  readonly parts: SavedPart[] = [];

  /** `hosted`: absent while the component that is added is built. */
  stage(hosted: Hosted | undefined): StagedChanges | Promise<StagedChanges> {
    // What a removed component did to its state goes with it.
    if (!hosted || this.fate === 'leaving' || this.fate === 'gone') return NOTHING;
    const parts = this.parts.map((part) => part.stage()).filter((part) => part !== undefined);
    const inner = hosted.stage();
    if (parts.length === 0) return inner;
    return inner instanceof Promise ? inner.then((staged) => new EntityChanges(staged, parts)) : new EntityChanges(inner, parts);
  }

  accept(staged: StagedChanges, hosted: Hosted | undefined): void {
    if (staged === NOTHING) return;
    if (!(staged instanceof EntityChanges)) return hosted?.accept(staged);
    hosted?.accept(staged.inner);
    for (const part of staged.parts) part.accept();
  }

  rollback(hosted: Hosted | undefined): void | Promise<void> {
    for (const part of this.parts) part.rollback();
    if (this.fate !== 'gone') return hosted?.rollback();
  }

  capture(fields: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
    return new Map([...fields, ...this.parts.flatMap((part) => [...part.capture()])]);
  }
}
