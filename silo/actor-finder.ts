// ActorFinder: finds actors by tag, from the store alone: nobody is activated. The index proposes, the actor's row decides.
//   F1. An entry is taken out of the index only when no commit that it announces can be under way any more: its version has passed, or nobody
//       holds the actor (whoever holds it later makes another entry, which is not the one that was seen).
import type { ActorId } from '../protocol/actor-id.js';
import type { Logger, StateStore } from '../protocol/ports/index.js';
import type { FoundPage } from '../sdk/context/found-actors.js';

export class ActorFinder {
  constructor(private readonly store: StateStore, private readonly log: Logger) {}

  /** One page of the actors that have the tag now, of one type or of all. */
  async page(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage> {
    const { ids, marks, part, cursor: next } = await this.store.findTagged(tag, cursor);
    const proposed = ids.map((id, index) => ({ id, mark: marks[index]! })).filter(({ id }) => type === undefined || id.type === type);
    const verified = await Promise.all(proposed.map(async ({ id, mark }) => ((await this.isTagged(tag, id, mark)) ? id : undefined)));
    return { ids: verified.filter((id) => id !== undefined), part, cursor: next };
  }

  private async isTagged(tag: string, id: ActorId, mark: string): Promise<boolean> {
    const { isTagged, version, isHeld } = await this.store.tagState(id, tag);
    // F1.
    if (!isTagged && (!isHeld || version >= Number.parseInt(mark, 10))) {
      await this.store.dropTag(tag, id, mark).catch((error: unknown) => this.log.debug({ err: error, tag }, 'an entry too many stays in the index'));
    }
    return isTagged;
  }
}
