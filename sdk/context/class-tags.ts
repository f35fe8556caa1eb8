import type { ClassMetadata, ComponentMetadata } from '../../decorators/index.js';
import { ConfigurationError } from '../../protocol/errors/index.js';

const NONE: readonly string[] = [];

/** The tags that every component of the class has. */
export function classTags(metadata: ClassMetadata): readonly string[] {
  return 'tags' in metadata ? (metadata as ComponentMetadata).tags : NONE;
}

/** Throws `ConfigurationError` when one of the tags is of the class. */
export function refuseClassTags(metadata: ClassMetadata, removed: readonly string[]): void {
  const fixed = removed.find((tag) => classTags(metadata).includes(tag));
  if (fixed !== undefined) throw new ConfigurationError(`ctx.tags.remove: '${fixed}' is a tag of the class ${metadata.name}: every component of it has it`);
}
