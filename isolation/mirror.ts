import type { Identity } from '../protocol/identity.js';
import type { ComponentEntry, EntityRuntime } from '../sdk/context/entity-runtime.js';
import { runInTurn, type TurnInfo } from '../sdk/context/turn-scope.js';
import type { Mirror } from './thread-messages.js';

/** What a context answers at once, as its thread knows it. */
export interface Mirrored {
  readonly components: readonly ComponentEntry[];
  readonly tags: readonly string[];
  readonly clients: readonly { readonly id: string; readonly identity: Identity; readonly since: number }[];
}

/** What one instance was shown. */
export class EntityMirror {
  private shown: Mirror = '';
  /** Of the set, as the last turn was shown it. */
  private version = 0;

  constructor(private readonly runtime: EntityRuntime) {}

  make(): Mirror {
    return (this.shown = mirrorOf(this.runtime));
  }

  /** What is to be shown, if it is not what was. */
  changed(): Mirror | undefined {
    const before = this.shown;
    return this.make() === before ? undefined : this.shown;
  }

  /** As code of this turn sees it: a unit that changes the set sees its own changes. */
  changedFor(turn: TurnInfo): Mirror | undefined {
    const { setVersion } = this.runtime;
    if (setVersion === this.version) return undefined;
    this.version = setVersion;
    return runInTurn(turn, () => this.changed());
  }
}

/** As text: many instances have the same, and their thread keeps it once. */
function mirrorOf(runtime: EntityRuntime): Mirror {
  const components = runtime.components();
  const tags = runtime.tags();
  const clients = runtime.clients().map(({ id, identity, since }) => ({ id, identity, since }));
  return components.length + tags.length + clients.length === 0 ? '' : JSON.stringify({ components, tags, clients } satisfies Mirrored);
}
