import { describe, isRecord } from '../../decorators/options.js';
import type { ActorId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { checkTags } from './component-arguments.js';

/** Some of the actors with a tag. */
export interface FoundPage {
  readonly ids: readonly ActorId[];
  /** An id may come twice on pages of the same part, and never on those of two. */
  readonly part?: string | undefined;
  /** Of the next page; absent on the last one. */
  readonly cursor?: string | undefined;
}

/** `type`: a wire name. */
export type FindPage = (tag: string, type: string | undefined, cursor: string | undefined) => Promise<FoundPage>;

export interface CheckedQuery {
  readonly tag: string;
  readonly type: string | undefined;
}

/** What `findActors` was asked. Throws `ConfigurationError` naming the option. */
export function checkActorQuery(query: unknown, typeName: (classOrName: unknown) => string): CheckedQuery {
  if (!isRecord(query)) throw new ConfigurationError(`findActors: expected a query { tag, type? }, got ${describe(query)}`);
  const { tag, type, ...others } = query;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw new ConfigurationError(`findActors: unknown option '${unknown}'; known: tag, type`);
  return { tag: checkTags('findActors: tag', [tag])[0]!, type: type === undefined ? undefined : typeName(type) };
}

/** Page after page, each actor once. */
export async function* findActors({ tag, type }: CheckedQuery, page: FindPage, handle: (id: ActorId) => object): AsyncGenerator<object, void, undefined> {
  let seen = new Set<string>();
  let part: string | undefined;
  let cursor: string | undefined;
  do {
    const found = await page(tag, type, cursor);
    if (found.part !== part) seen = new Set();
    ({ part, cursor } = found);
    for (const id of found.ids) {
      const name = `${id.type}/${id.key}`;
      if (seen.has(name)) continue;
      seen.add(name);
      yield handle(id);
    }
  } while (cursor !== undefined);
}
