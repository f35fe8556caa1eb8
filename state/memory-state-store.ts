// MemoryStateStore. Owns: the rows of all actors of one embedded silo or test cluster, and the tag index.
//   S1. Every method runs to its end in one step of the event loop: that is its atomicity.
import type { ActorId } from '../protocol/actor-id.js';
import type { Clock } from '../protocol/ports/clock.js';
import type { DirtyPage, ListenerPage, OutboxEntry, ParkedDelivery, SenderMark } from '../protocol/ports/message-store.js';
import type {
  ClaimRequest, ClaimResult, CommitRequest, CommitResult, Holder, OperationRecord, OperationResult, StateStore, TaggedPage, TagStamp, TagState, Token,
} from '../protocol/ports/state-store.js';
import { SystemClock } from '../protocol/system-clock.js';
import { MemoryDirtySets } from './memory-dirty-sets.js';
import type { MemoryRow } from './memory-row.js';
import { MemoryRowTable } from './memory-row-table.js';
import { MemoryTagIndex } from './memory-tag-index.js';

/**
 * The memory twin of `RedisStateStore`: the same answers, gone with the process. Results are promises that are resolved already.
 * Bytes are kept and handed out by reference. `clock` dates what a destroyed actor keeps for 7 days.
 */
export class MemoryStateStore implements StateStore {
  private readonly rows: MemoryRowTable;
  private readonly tags = new MemoryTagIndex();
  private readonly dirtySets = new MemoryDirtySets();

  constructor(clock: Pick<Clock, 'now'> = new SystemClock()) {
    this.rows = new MemoryRowTable(clock);
  }

  claim(request: ClaimRequest): Promise<ClaimResult> {
    const row = this.rows.findOrCreate(request.id);
    if (row.token !== request.token) {
      // P5: free and nothing expected, or exactly the expected token. A free actor's token reads as ''.
      if ((row.token ?? '') !== (request.expected ?? '')) {
        const holder = { token: row.token ?? '', incarnation: row.token === undefined ? '' : row.incarnation };
        if (row.token === undefined && row.isBlank) this.rows.free(request.id, row);
        return Promise.resolve({ status: 'taken', holder });
      }
      row.token = request.token;
      row.incarnation = request.incarnation;
      row.epoch += 1;
      row.expiresAtMs = undefined;
    }
    return Promise.resolve(row.toClaimed());
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    const row = this.rows.find(request.id);
    if (row === undefined || row.token !== request.token) return Promise.resolve({ status: 'fenced', holder: holderOf(row) }); // P2
    if (row.commitId === request.commitId) return Promise.resolve(committed(row, request));
    const operationId = row.knownId(request);
    if (operationId !== undefined) return Promise.resolve({ status: 'duplicate', operationId });
    if (row.version < request.version) return Promise.resolve({ status: 'regressed', version: row.version });
    if (row.version > request.version) return Promise.resolve({ status: 'conflict', version: row.version });
    row.apply(request);
    return Promise.resolve(committed(row, request));
  }

  release(id: ActorId, token: Token): Promise<boolean> {
    const row = this.rows.find(id);
    if (row === undefined || row.token !== token) return Promise.resolve(false);
    this.rows.free(id, row);
    return Promise.resolve(true);
  }

  handOff(id: ActorId, token: Token, next: Holder): Promise<boolean> {
    const row = this.rows.find(id);
    if (row?.token === token) {
      row.token = next.token;
      row.incarnation = next.incarnation;
      return Promise.resolve(true);
    }
    return Promise.resolve(row?.token === next.token);
  }

  destroy(id: ActorId, token: Token): Promise<boolean> {
    const row = this.rows.find(id);
    if (row === undefined || row.token !== token) return Promise.resolve(row !== undefined && row.extras?.destroyedBy === token);
    row.clear(token);
    this.rows.free(id, row);
    if (!row.isBlank) this.rows.expireLater(id, row); // Its inbox too: what was sent before is undeliverable.
    return Promise.resolve(true);
  }

  lookup(id: ActorId): Promise<Holder | undefined> {
    return Promise.resolve(holderOf(this.rows.find(id)));
  }

  operations(id: ActorId): Promise<readonly OperationRecord[]> {
    const kept = this.rows.find(id)?.extras?.operations.values() ?? [];
    return Promise.resolve(Array.from(kept, ({ operationId, scope, argumentsHash, at }) => ({ operationId, scope, argumentsHash, at })));
  }

  operationResult(id: ActorId, operationId: string): Promise<OperationResult | undefined> {
    const kept = this.rows.find(id)?.extras?.operations.get(operationId);
    return Promise.resolve(kept && { argumentsHash: kept.argumentsHash, result: kept.result });
  }

  marks(id: ActorId, senders: readonly string[]): Promise<readonly (SenderMark | undefined)[]> {
    const marks = this.rows.find(id)?.extras?.marks;
    return Promise.resolve(senders.map((sender) => marks?.get(sender)));
  }

  outbox(id: ActorId, limit: number, after = 0): Promise<readonly OutboxEntry[]> {
    const found: OutboxEntry[] = [];
    for (const entry of this.rows.find(id)?.extras?.outbox.values() ?? []) {
      if (found.length >= limit) break;
      if (entry.sequence > after) found.push(entry);
    }
    return Promise.resolve(found);
  }

  async settle(id: ActorId, sequences: readonly number[]): Promise<number | undefined> {
    const row = this.rows.find(id);
    for (const sequence of sequences) row?.extras?.outbox.delete(sequence);
    if (row?.oldestUnsettled === undefined) await this.forgetUnbound(id);
    return row?.oldestUnsettled;
  }

  async settleShare(id: ActorId, sequence: number, ordinals: readonly number[], total: number): Promise<void> {
    const extras = this.rows.find(id)?.extras;
    if (!extras?.outbox.has(sequence)) return;
    const through = extras.shares.get(sequence) ?? new Set();
    for (const ordinal of ordinals) through.add(ordinal);
    extras.shares.set(sequence, through);
    if (through.size < total) return;
    extras.shares.delete(sequence);
    await this.settle(id, [sequence]);
  }

  inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.rows.find(id)?.extras?.inbox.slice(0, limit) ?? []);
  }

  park(id: ActorId, delivery: ParkedDelivery): Promise<'parked' | 'duplicate'> {
    const row = this.rows.findOrCreate(id);
    if (row.isMarked(delivery.sender, delivery.sequence)) return Promise.resolve('duplicate');
    row.use().inbox.push(delivery.payload);
    row.expiresAtMs = undefined; // A message for a destroyed actor belongs to its next life.
    return Promise.resolve('parked');
  }

  listeners(id: ActorId, event: string, version: number, limit: number, cursor?: string): Promise<ListenerPage> {
    return Promise.resolve(this.rows.find(id)?.extras?.bindings.page(event, version, limit, cursor) ?? { listeners: [] });
  }

  forgetUnbound(id: ActorId, version?: number): Promise<void> {
    const row = this.rows.find(id);
    if (version !== undefined || row?.oldestUnsettled === undefined) row?.extras?.bindings.forget(version ?? Infinity);
    return Promise.resolve();
  }

  noteDirty(incarnation: string, ids: readonly ActorId[]): Promise<boolean> {
    return Promise.resolve(this.dirtySets.note(incarnation, ids));
  }

  dirty(incarnation: string, limit: number, cursor?: string): Promise<DirtyPage> {
    return Promise.resolve(this.dirtySets.page(incarnation, limit, cursor));
  }

  clean(incarnation: string, ids: readonly ActorId[]): Promise<void> {
    return Promise.resolve(this.dirtySets.clean(incarnation, ids));
  }

  sealDirty(incarnation: string): Promise<void> {
    return Promise.resolve(this.dirtySets.seal(incarnation));
  }

  reminders(id: ActorId): Promise<ReadonlyMap<string, Uint8Array>> {
    return Promise.resolve(new Map(this.rows.find(id)?.extras?.reminders));
  }

  indexTag(tag: string, id: ActorId, present: boolean, stamp?: TagStamp): Promise<void> {
    if (present) this.tags.add(tag, id, stamp ?? UNSTAMPED);
    else this.tags.remove(tag, id, stamp?.version ?? Infinity);
    return Promise.resolve();
  }

  dropTag(tag: string, id: ActorId, mark: string): Promise<void> {
    this.tags.remove(tag, id, Infinity, mark);
    return Promise.resolve();
  }

  /** Everything is one page here. */
  findTagged(tag: string, _cursor?: string): Promise<TaggedPage> {
    return Promise.resolve(this.tags.find(tag));
  }

  tagState(id: ActorId, tag: string): Promise<TagState> {
    const row = this.rows.find(id);
    return Promise.resolve({ isTagged: row?.extras?.tags.has(tag) ?? false, version: row?.version ?? 0, isHeld: row?.token !== undefined });
  }
}

const UNSTAMPED: TagStamp = { version: 0, by: '' };

function committed(row: MemoryRow, { outbox, settled }: CommitRequest): CommitResult {
  const { version, oldestUnsettled } = row;
  const isSaid = Boolean(outbox?.length || settled?.length) && oldestUnsettled !== undefined;
  return { status: 'committed', version, ...(isSaid && { oldestUnsettled }) };
}

function holderOf(row: MemoryRow | undefined): Holder | undefined {
  return row?.token === undefined ? undefined : { token: row.token, incarnation: row.incarnation };
}
