import type { ActorId } from '../../protocol/actor-id.js';
import { printEntityId } from '../../protocol/actor-id.js';
import type {
  ClaimRequest, ClaimResult, CommitRequest, CommitResult, DirtyPage, Holder, ListenerPage, OperationRecord, OperationResult, OutboxEntry, ParkedDelivery, SenderMark, StateStore, TaggedPage, TagStamp, TagState, Token,
} from '../../protocol/ports/index.js';
import type { StoreLine } from './store-line.js';

/** The cluster's store, as one silo reaches it: over its line. */
export class DistantStateStore implements StateStore {
  constructor(private readonly store: StateStore, private readonly line: StoreLine, private readonly note: (event: string) => void) {}

  claim(request: ClaimRequest): Promise<ClaimResult> {
    return this.line.send(async () => {
      const result = await this.store.claim(request);
      const found = result.status === 'claimed' ? `epoch ${result.epoch} version ${result.version}` : `by ${result.holder.incarnation}`;
      this.note(`claim ${printEntityId(request.id)} ${result.status} ${found}`);
      return result;
    });
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    return this.line.send(async () => {
      const result = await this.store.commit(request);
      this.note(`commit ${printEntityId(request.id)} on version ${request.version} ${result.status}`);
      return result;
    });
  }

  release(id: ActorId, token: Token): Promise<boolean> {
    return this.line.send(async () => {
      const isReleased = await this.store.release(id, token);
      this.note(`release ${printEntityId(id)} ${isReleased}`);
      return isReleased;
    });
  }

  handOff(id: ActorId, token: Token, next: Holder): Promise<boolean> {
    return this.line.send(() => this.store.handOff(id, token, next));
  }

  destroy(id: ActorId, token: Token): Promise<boolean> {
    return this.line.send(async () => {
      const isDestroyed = await this.store.destroy(id, token);
      this.note(`destroy ${printEntityId(id)} ${isDestroyed}`);
      return isDestroyed;
    });
  }

  lookup(id: ActorId): Promise<Holder | undefined> {
    return this.line.send(() => this.store.lookup(id));
  }

  operations(id: ActorId): Promise<readonly OperationRecord[]> {
    return this.line.send(() => this.store.operations(id));
  }

  operationResult(id: ActorId, operationId: string): Promise<OperationResult | undefined> {
    return this.line.send(() => this.store.operationResult(id, operationId));
  }

  marks(id: ActorId, senders: readonly string[]): Promise<readonly (SenderMark | undefined)[]> {
    return this.line.send(() => this.store.marks(id, senders));
  }

  outbox(id: ActorId, limit: number, after?: number): Promise<readonly OutboxEntry[]> {
    return this.line.send(() => this.store.outbox(id, limit, after));
  }

  settle(id: ActorId, sequences: readonly number[]): Promise<number | undefined> {
    return this.line.send(() => this.store.settle(id, sequences));
  }

  settleShare(id: ActorId, sequence: number, ordinals: readonly number[], total: number): Promise<void> {
    return this.line.send(() => this.store.settleShare(id, sequence, ordinals, total));
  }

  inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]> {
    return this.line.send(() => this.store.inbox(id, limit));
  }

  park(id: ActorId, delivery: ParkedDelivery): Promise<'parked' | 'duplicate'> {
    return this.line.send(() => this.store.park(id, delivery));
  }

  listeners(id: ActorId, event: string, version: number, limit: number, cursor?: string): Promise<ListenerPage> {
    return this.line.send(() => this.store.listeners(id, event, version, limit, cursor));
  }

  forgetUnbound(id: ActorId, version?: number): Promise<void> {
    return this.line.send(() => this.store.forgetUnbound(id, version));
  }

  noteDirty(incarnation: string, ids: readonly ActorId[]): Promise<boolean> {
    return this.line.send(() => this.store.noteDirty(incarnation, ids));
  }

  dirty(incarnation: string, limit: number, cursor?: string): Promise<DirtyPage> {
    return this.line.send(() => this.store.dirty(incarnation, limit, cursor));
  }

  clean(incarnation: string, ids: readonly ActorId[]): Promise<void> {
    return this.line.send(() => this.store.clean(incarnation, ids));
  }

  sealDirty(incarnation: string): Promise<void> {
    return this.line.send(() => this.store.sealDirty(incarnation));
  }

  reminders(id: ActorId): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.line.send(() => this.store.reminders(id));
  }

  indexTag(tag: string, id: ActorId, present: boolean, stamp?: TagStamp): Promise<void> {
    return this.line.send(() => this.store.indexTag(tag, id, present, stamp));
  }

  dropTag(tag: string, id: ActorId, mark: string): Promise<void> {
    return this.line.send(() => this.store.dropTag(tag, id, mark));
  }

  findTagged(tag: string, cursor?: string): Promise<TaggedPage> {
    return this.line.send(() => this.store.findTagged(tag, cursor));
  }

  tagState(id: ActorId, tag: string): Promise<TagState> {
    return this.line.send(() => this.store.tagState(id, tag));
  }
}
