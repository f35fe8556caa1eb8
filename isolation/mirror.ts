import type { Identity } from '../protocol/identity.js';
import type { ComponentEntry, EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { Mirror } from './thread-messages.js';

/** What a context answers at once, as its thread knows it. */
export interface Mirrored {
  readonly components: readonly ComponentEntry[];
  readonly tags: readonly string[];
  readonly clients: readonly { readonly id: string; readonly identity: Identity; readonly since: number }[];
}

/** As text: many instances have the same, and their thread keeps it once. */
export function mirrorOf(runtime: EntityRuntime): Mirror {
  const components = runtime.components();
  const tags = runtime.tags();
  const clients = runtime.clients().map(({ id, identity, since }) => ({ id, identity, since }));
  return components.length + tags.length + clients.length === 0 ? '' : JSON.stringify({ components, tags, clients } satisfies Mirrored);
}
