import type { ComponentMetadata } from '../../decorators/index.js';
import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { readComponentAddress } from '../../protocol/component-address.js';
import { UnknownComponentError } from '../../protocol/errors/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { Entity } from './entity.js';

/** The component of this name, else the first of the class (that has the tag). */
export function findComponent(components: readonly Entity[], address: string, chain: CallChain | undefined): Entity | undefined {
  const named = components.find(({ id }) => id.component === address);
  if (named || components.length === 0) return named;
  const { name, tag } = readComponentAddress(address);
  return components.find((entity) => entity.metadata.name === name && (tag === undefined || tagsOf(entity, chain).includes(tag)));
}

/** Of a component its class's, and its own as code of `chain` sees them. */
export function tagsOf({ metadata, extras }: Entity, chain: CallChain | undefined): readonly string[] {
  const ofClass = 'tags' in metadata ? (metadata as ComponentMetadata).tags : NONE;
  const own = extras?.tags?.seenBy(chain) ?? NONE;
  return own.length === 0 ? ofClass : [...new Set([...ofClass, ...own])];
}

export function unknownComponent({ type, key }: ActorId, address: string): UnknownComponentError {
  const { name, tag } = readComponentAddress(address);
  return new UnknownComponentError(`${printEntityId({ type, key })} has no component '${name}'${tag === undefined ? '' : ` with the tag '${tag}'`}`, { component: address });
}

/** What calls get that meet a component which was removed, or never came to be. */
export function componentIsGone({ id }: Entity): UnknownComponentError {
  return new UnknownComponentError(`${printEntityId(id)} was removed; the call did not run`, { component: id.component! });
}

const NONE: readonly string[] = [];
