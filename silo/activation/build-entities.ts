import type { ClaimedRow, SavedFields } from '../../protocol/ports/state-store.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';

/** Makes the activation what its row says, and its entities from their saved fields. A promise only where something is to be waited for. */
export function build(activation: Activation, row: ClaimedRow): Promise<void> | undefined {
  activation.epoch = row.epoch;
  activation.commits.version = row.version;
  activation.since = activation.services.clock.now();
  const restoring = row.hasOutbox || row.lastSequence > 0 ? activation.selfEvents.restore(row) : undefined;
  const creating = activation.entities.map((entity) => createHosted(entity, row.fields)).filter((each) => each !== undefined);
  if (!restoring && creating.length === 0) return undefined;
  return Promise.all([restoring, ...creating]).then(() => undefined);
}

/** Constructs what is behind the entity from the actor's saved fields; `isAdded`: or rejects. A promise only where that takes its time. */
export function createHosted(entity: Entity, saved: SavedFields, isAdded = false): Promise<void> | undefined {
  const { services } = entity.activation;
  const fields = saved.size === 0 ? saved : fieldsOf(entity, saved);
  const hosted = services.host.create({ id: entity.id, metadata: entity.metadata, fields, runtime: services.createRuntime(entity), isAdded });
  if (hosted instanceof Promise) return hosted.then((created) => entity.inhabit(created));
  entity.inhabit(hosted);
  return undefined;
}

function fieldsOf(entity: Entity, saved: SavedFields): SavedFields {
  const fields = new Map<string, Uint8Array>();
  const prefix = entity.id.component === undefined ? '' : `${entity.id.component}:`;
  for (const [name, value] of saved) {
    const field = name.slice(prefix.length);
    // What is no field of the class is Troupe's own.
    if (!field.includes(':') && name.startsWith(prefix)) fields.set(field, value);
  }
  if (prefix !== '') noteLeftBehind(entity, fields);
  return fields;
}

function noteLeftBehind(entity: Entity, fields: SavedFields): void {
  const unknown = [...fields.keys()].filter((field) => !entity.metadata.state.has(field));
  if (unknown.length > 0) entity.use().leftBehind = unknown;
}
