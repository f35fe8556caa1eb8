import type { Identity } from '../protocol/identity.js';
import type { ComponentEntry, EntityRuntime } from '../sdk/context/entity-runtime.js';
import type { Mirror } from './thread-messages.js';

/** What a context answers at once, as its thread knows it. */
export interface Mirrored {
  /** The entity's own tags and those of its class. */
  readonly tags: readonly string[];
  /** What it was added with, encoded, in base64. */
  readonly args?: string | undefined;
  readonly components: readonly ComponentEntry[];
  readonly clients: readonly { readonly id: string; readonly identity: Identity; readonly since: number }[];
}

/** As text: many instances have the same, and their thread keeps it once. */
export function mirrorOf(runtime: EntityRuntime): Mirror {
  const components = runtime.components();
  const tags = runtime.tags();
  const args = runtime.encodedArgs && Buffer.from(runtime.encodedArgs).toString('base64');
  const clients = runtime.clients().map(({ id, identity, since }) => ({ id, identity, since }));
  if (components.length + tags.length + clients.length === 0 && args === undefined) return '';
  return JSON.stringify({ tags, args, components, clients } satisfies Mirrored);
}
