import type { ClassMetadata, ComponentMetadata } from '../../decorators/index.js';
import { printEntityId, sameEntity, type EntityId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { TurnInfo } from './turn-scope.js';

/** Throws `ConfigurationError` when the tags of the entity cannot change now, or not so. `mayWrite`: the turn is of this actor and changes something. */
export function checkTagChange(id: EntityId, metadata: ClassMetadata, turn: TurnInfo | undefined, mayWrite: boolean, removed: readonly string[]): void {
  if (!turn) throw new ConfigurationError(`ctx.tags: no turn of ${printEntityId(id)} is running; call it inside a method, handler, timer or hook`);
  if (!mayWrite) throw new ConfigurationError(`ctx.tags: ${turn.method} is @ReadOnly; it changes nothing`);
  if (!sameEntity(turn.entity, id)) {
    throw new ConfigurationError(`ctx.tags: ${turn.method} is a turn of ${printEntityId(turn.entity)}; the tags of ${printEntityId(id)} change in turns of its own`);
  }
  const fixed = 'tags' in metadata ? removed.find((tag) => (metadata as ComponentMetadata).tags.includes(tag)) : undefined;
  if (fixed !== undefined) throw new ConfigurationError(`ctx.tags.remove: '${fixed}' is a tag of the class ${metadata.name}: every component of it has it`);
}
