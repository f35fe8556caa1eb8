import type { ClaimedRow } from '../../protocol/ports/state-store.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';

/** Makes the activation what its row says, and its entities from their saved fields. A promise only where something is to be waited for. */
export function build(activation: Activation, row: ClaimedRow): Promise<void> | undefined {
  activation.epoch = row.epoch;
  activation.commits.version = row.version;
  activation.since = activation.services.clock.now();
  const restoring = row.hasOutbox || row.lastSequence > 0 ? activation.selfEvents.restore(row) : undefined;
  const creating = activation.entities.map((entity) => create(entity, row)).filter((each) => each !== undefined);
  if (!restoring && creating.length === 0) return undefined;
  return Promise.all([restoring, ...creating]).then(() => undefined);
}

function create(entity: Entity, row: ClaimedRow): Promise<void> | undefined {
  const { services } = entity.activation;
  const fields = row.fields.size === 0 ? row.fields : fieldsOf(entity, row);
  const hosted = services.host.create({ id: entity.id, metadata: entity.metadata, fields, runtime: services.createRuntime(entity) });
  if (hosted instanceof Promise) return hosted.then((created) => entity.inhabit(created));
  entity.inhabit(hosted);
  return undefined;
}

function fieldsOf(entity: Entity, row: ClaimedRow): ReadonlyMap<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>();
  const prefix = entity.id.component === undefined ? '' : `${entity.id.component}:`;
  for (const [name, value] of row.fields) {
    if (prefix === '' ? !name.includes(':') : name.startsWith(prefix)) fields.set(name.slice(prefix.length), value);
  }
  return fields;
}
