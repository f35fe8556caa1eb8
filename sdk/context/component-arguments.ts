import { describe, isRecord } from '../../decorators/options.js';
import { printEntityId, sameActor, type ActorId, type EntityId } from '../../protocol/actor-id.js';
import { isTag } from '../../protocol/component-address.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { AnyHandle } from '../author/index.js';

/** The options of `addComponent`, checked. Throws `ConfigurationError` naming the option. */
export function checkAddComponentOptions(options: unknown = {}): { readonly tags: readonly string[]; readonly args: readonly unknown[] | undefined } {
  if (!isRecord(options)) throw new ConfigurationError(`addComponent: expected an options object, got ${describe(options)}`);
  const { tags = [], args, ...others } = options;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw new ConfigurationError(`addComponent: unknown option '${unknown}'; known: tags, args`);
  if (!Array.isArray(tags)) throw new ConfigurationError(`addComponent: tags is ${describe(tags)}; expected an array of strings`);
  if (args !== undefined && !Array.isArray(args)) throw new ConfigurationError(`addComponent: args is ${describe(args)}; expected an array`);
  return { tags: checkTags('addComponent', tags), args };
}

/** The tags, as they are. Throws `ConfigurationError` for anything that cannot be one. */
export function checkTags(where: string, tags: readonly unknown[]): readonly string[] {
  return tags.map((tag) => {
    if (isTag(tag)) return tag;
    throw new ConfigurationError(`${where}: ${describe(tag)} cannot be a tag; expected 1 to 256 characters of text that does not begin with '!'`);
  });
}

/** Whom the handle leads to. Throws `ConfigurationError` unless it is a component of this actor. */
export function componentIdOf(handle: unknown, actor: ActorId): EntityId {
  const id = typeof handle === 'object' && handle !== null ? (handle as Partial<AnyHandle>).id : undefined;
  if (typeof id?.component === 'string' && sameActor(id, actor)) return id;
  const shown = typeof id?.type === 'string' ? printEntityId(id) : describe(handle);
  throw new ConfigurationError(`removeComponent: ${shown} is no component of ${printEntityId({ type: actor.type, key: actor.key })}; expected a handle of one`);
}
