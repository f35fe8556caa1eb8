import type { ActorId } from '../../../protocol/actor-id.js';
import type { ClaimedRow, ClaimResult, CommitRequest, CommitResult, StateStore } from '../../../protocol/ports/state-store.js';

export const A = 'silo-a.1:token-a';
export const B = 'silo-b.1:token-b';

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The row, or a failure that shows what came instead. */
export function claimed(result: ClaimResult): ClaimedRow {
  if (result.status !== 'claimed') throw new Error(`expected the claim to succeed, got ${JSON.stringify(result)}`);
  return result;
}

export function operation(operationId: string, result = 'done') {
  return { operationId, scope: 'me', argumentsHash: 'h', at: 1000, result: utf8(result) };
}

/** A store and the actor of the present test, which starts untouched. */
export class StoreBench {
  id: ActorId = { type: 'player', key: '' };
  private counter = 0;
  private opened: StateStore | undefined;

  get store(): StateStore {
    if (!this.opened) throw new Error('the store is not open');
    return this.opened;
  }

  open(store: StateStore): void {
    this.opened = store;
  }

  unique(): number {
    return ++this.counter;
  }

  nextActor(): void {
    this.id = { type: 'player', key: `p${this.unique()}` };
  }

  claim(token: string, expected?: string): Promise<ClaimResult> {
    return this.store.claim({ id: this.id, token, incarnation: token.slice(0, token.indexOf(':')), expected });
  }

  /** By token A, under a commit id of its own. */
  commit(version: number, parts: Partial<CommitRequest> = {}): Promise<CommitResult> {
    return this.store.commit({ id: this.id, token: A, commitId: `c${this.unique()}`, version, fields: new Map(), ...parts });
  }

  /** What A, which holds the actor, finds saved. */
  async fieldsNow(): Promise<ClaimedRow['fields']> {
    return claimed(await this.claim(A)).fields;
  }
}
