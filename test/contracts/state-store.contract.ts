// What every StateStore promises (protocol/ports/state-store.ts, protocol.md §1 to §3). Run on Redis and in memory.
import type { StateStore } from '../../protocol/ports/state-store.js';
import { commits } from '../state/contract/commits.js';
import { destroying } from '../state/contract/destroying.js';
import { dirtySets } from '../state/contract/dirty-sets.js';
import { listening } from '../state/contract/listening.js';
import { messages } from '../state/contract/messages.js';
import { outboxes } from '../state/contract/outboxes.js';
import { ownership } from '../state/contract/ownership.js';
import { parts } from '../state/contract/parts.js';
import { refusals } from '../state/contract/refusals.js';
import { StoreBench } from '../state/contract/store-bench.js';

export interface StoreUnderTest {
  readonly store: StateStore;
  dispose(): Promise<void>;
}

/** Runs the whole suite on stores that `makeStore` opens: one for all tests, each test on actors of its own. */
export function stateStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`StateStore: ${name}`, () => {
    const bench = new StoreBench();
    let made: StoreUnderTest | undefined;
    before(async () => {
      made = await makeStore();
      bench.open(made.store);
    });
    after(() => made?.dispose());
    beforeEach(() => bench.nextActor());

    ownership(bench);
    commits(bench);
    refusals(bench);
    messages(bench);
    outboxes(bench);
    listening(bench);
    dirtySets(bench);
    parts(bench);
    destroying(bench);
  });
}
