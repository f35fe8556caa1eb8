import type { ActorId } from '../../protocol/actor-id.js';
import type { OutboxEntry, StateStore } from '../../protocol/ports/index.js';

/** Of an outbox: what is read, and relayed, before more is. */
const OUTBOX_PAGE = 10_000;

/** All that an outbox holds, from the oldest on: what comes behind a page is read when that was taken. What is settled meanwhile is left out. */
export async function* outboxPages(store: Pick<StateStore, 'outbox'>, id: ActorId, size = OUTBOX_PAGE): AsyncGenerator<readonly OutboxEntry[], void, undefined> {
  for (let after = 0; ; ) {
    const page = await store.outbox(id, size, after);
    if (page.length > 0) yield page;
    if (page.length < size) return;
    after = page.at(-1)!.sequence;
  }
}
