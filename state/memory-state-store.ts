// MemoryStateStore. Owns: the rows of all actors of one embedded silo or test cluster, and the tag index.
//   S1. Every method runs to its end in one step of the event loop: that is its atomicity.
//   S2. A row that says nothing (never committed, nothing parked) exists only while it is held: idle actors leave nothing.
import type { ActorId } from '../protocol/actor-id.js';
import type { Clock } from '../protocol/ports/clock.js';
import type {
  ClaimRequest, ClaimResult, CommitRequest, CommitResult, Holder, OperationRecord, OperationResult, OutboxEntry, ParkedDelivery, SenderMark,
  StateStore, Token,
} from '../protocol/ports/state-store.js';
import { SystemClock } from '../protocol/system-clock.js';
import { MemoryRow } from './memory-row.js';
import { MemoryTagIndex } from './memory-tag-index.js';

const DESTROYED_KEPT_MS = 7 * 24 * 3_600_000;

/**
 * The memory twin of `RedisStateStore`: the same answers, gone with the process. Results are promises that are resolved already.
 * Bytes are kept and handed out by reference. `clock` dates what a destroyed actor keeps for 7 days.
 */
export class MemoryStateStore implements StateStore {
  private readonly rows = new Map<string, Map<string, MemoryRow>>();
  private readonly tags = new MemoryTagIndex();
  /** Destroyed rows, oldest first. */
  private readonly destroyed = new Map<MemoryRow, ActorId>();

  constructor(private readonly clock: Pick<Clock, 'now'> = new SystemClock()) {}

  claim(request: ClaimRequest): Promise<ClaimResult> {
    const row = this.findOrCreate(request.id);
    if (row.token !== request.token) {
      // P5: free and nothing expected, or exactly the expected token. A free actor's token reads as ''.
      if ((row.token ?? '') !== (request.expected ?? '')) {
        const holder = { token: row.token ?? '', incarnation: row.token === undefined ? '' : row.incarnation };
        if (row.token === undefined) this.dropIfBlank(request.id, row);
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
    const row = this.find(request.id);
    if (row === undefined || row.token !== request.token) return Promise.resolve({ status: 'fenced', holder: holderOf(row) }); // P2
    if (row.commitId === request.commitId) return Promise.resolve({ status: 'committed', version: row.version });
    const operationId = row.knownId(request);
    if (operationId !== undefined) return Promise.resolve({ status: 'duplicate', operationId });
    if (row.version < request.version) return Promise.resolve({ status: 'regressed', version: row.version });
    if (row.version > request.version) return Promise.resolve({ status: 'conflict', version: row.version });
    row.apply(request);
    return Promise.resolve({ status: 'committed', version: row.version });
  }

  release(id: ActorId, token: Token): Promise<boolean> {
    const row = this.find(id);
    if (row === undefined || row.token !== token) return Promise.resolve(false);
    this.free(id, row);
    return Promise.resolve(true);
  }

  handOff(id: ActorId, token: Token, next: Holder): Promise<boolean> {
    const row = this.find(id);
    if (row?.token === token) {
      row.token = next.token;
      row.incarnation = next.incarnation;
      return Promise.resolve(true);
    }
    return Promise.resolve(row?.token === next.token);
  }

  destroy(id: ActorId, token: Token): Promise<boolean> {
    const row = this.find(id);
    if (row === undefined || row.token !== token) return Promise.resolve(row !== undefined && row.extras?.destroyedBy === token);
    row.clear(token);
    this.free(id, row);
    if (!row.isBlank) this.expireLater(id, row); // Its inbox too: what was sent before is undeliverable.
    return Promise.resolve(true);
  }

  lookup(id: ActorId): Promise<Holder | undefined> {
    return Promise.resolve(holderOf(this.find(id)));
  }

  operations(id: ActorId): Promise<readonly OperationRecord[]> {
    const kept = this.find(id)?.extras?.operations.values() ?? [];
    return Promise.resolve(Array.from(kept, ({ operationId, scope, argumentsHash, at }) => ({ operationId, scope, argumentsHash, at })));
  }

  operationResult(id: ActorId, operationId: string): Promise<OperationResult | undefined> {
    const kept = this.find(id)?.extras?.operations.get(operationId);
    return Promise.resolve(kept && { argumentsHash: kept.argumentsHash, result: kept.result });
  }

  marks(id: ActorId, senders: readonly string[]): Promise<readonly (SenderMark | undefined)[]> {
    const marks = this.find(id)?.extras?.marks;
    return Promise.resolve(senders.map((sender) => {
      const mark = marks?.get(sender);
      return mark && { sender, low: mark.low, ids: [...mark.ids] };
    }));
  }

  outbox(id: ActorId, limit: number): Promise<readonly OutboxEntry[]> {
    return Promise.resolve(this.find(id)?.extras?.outbox.slice(0, limit) ?? []);
  }

  inbox(id: ActorId, limit: number): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.find(id)?.extras?.inbox.slice(0, limit) ?? []);
  }

  park(id: ActorId, delivery: ParkedDelivery): Promise<'parked' | 'duplicate'> {
    const row = this.findOrCreate(id);
    if (row.isMarked(delivery.sender, delivery.sequence)) return Promise.resolve('duplicate');
    row.use().inbox.push(delivery.payload);
    row.expiresAtMs = undefined; // A message for a destroyed actor belongs to its next life.
    return Promise.resolve('parked');
  }

  reminders(id: ActorId): Promise<ReadonlyMap<string, Uint8Array>> {
    return Promise.resolve(new Map(this.find(id)?.extras?.reminders));
  }

  indexTag(tag: string, id: ActorId, present: boolean): Promise<void> {
    this.tags.set(tag, id, present);
    return Promise.resolve();
  }

  /** Everything is one page here. */
  findTagged(tag: string, _cursor?: string): Promise<{ readonly ids: readonly ActorId[]; readonly cursor?: string | undefined }> {
    return Promise.resolve({ ids: this.tags.find(tag) });
  }

  private find(id: ActorId): MemoryRow | undefined {
    const row = this.rows.get(id.type)?.get(id.key);
    if (row?.expiresAtMs === undefined || row.expiresAtMs > this.clock.now()) return row;
    this.drop(id, row);
    return undefined;
  }

  private findOrCreate(id: ActorId): MemoryRow {
    const known = this.find(id);
    if (known) return known;
    let ofType = this.rows.get(id.type);
    if (!ofType) this.rows.set(id.type, (ofType = new Map<string, MemoryRow>()));
    const row = new MemoryRow();
    ofType.set(id.key, row);
    return row;
  }

  private free(id: ActorId, row: MemoryRow): void {
    row.token = undefined;
    this.dropIfBlank(id, row);
    // Nothing was committed since a destroy: what that left still goes.
    if (!row.isBlank && row.isRest) this.expireLater(id, row);
  }

  private dropIfBlank(id: ActorId, row: MemoryRow): void {
    if (row.isBlank) this.drop(id, row); // S2
  }

  private drop(id: ActorId, row: MemoryRow): void {
    this.destroyed.delete(row);
    this.rows.get(id.type)?.delete(id.key);
  }

  private expireLater(id: ActorId, row: MemoryRow): void {
    const now = this.clock.now();
    for (const [oldest, itsId] of this.destroyed) {
      if (oldest.expiresAtMs !== undefined && oldest.expiresAtMs > now) break;
      if (oldest.expiresAtMs === undefined) this.destroyed.delete(oldest); // It was claimed again.
      else this.drop(itsId, oldest);
    }
    row.expiresAtMs = now + DESTROYED_KEPT_MS;
    this.destroyed.delete(row); // Behind all others again: it is the youngest.
    this.destroyed.set(row, { type: id.type, key: id.key });
  }
}

function holderOf(row: MemoryRow | undefined): Holder | undefined {
  return row?.token === undefined ? undefined : { token: row.token, incarnation: row.incarnation };
}
