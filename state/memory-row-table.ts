// MemoryRowTable. Owns: which actors have a row, and when the rest of a destroyed one goes.
//   T1. A row that says nothing (never committed, nothing parked) exists only while it is held: idle actors leave nothing.
import type { ActorId } from '../protocol/actor-id.js';
import type { Clock } from '../protocol/ports/clock.js';
import { MemoryRow } from './memory-row.js';

const DESTROYED_KEPT_MS = 7 * 24 * 3_600_000;

/** The rows of all actors in memory. Expired ones are swept by later destroys: no timer. */
export class MemoryRowTable {
  private readonly rows = new Map<string, Map<string, MemoryRow>>();
  /** Rows that expire (or did, before they were claimed again), oldest first. */
  private readonly expiring = new Map<MemoryRow, ActorId>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  find(id: ActorId): MemoryRow | undefined {
    const row = this.rows.get(id.type)?.get(id.key);
    if (row?.expiresAtMs === undefined || row.expiresAtMs > this.clock.now()) return row;
    this.drop(id, row);
    return undefined;
  }

  findOrCreate(id: ActorId): MemoryRow {
    const known = this.find(id);
    if (known) return known;
    let ofType = this.rows.get(id.type);
    if (!ofType) this.rows.set(id.type, (ofType = new Map<string, MemoryRow>()));
    const row = new MemoryRow();
    ofType.set(id.key, row);
    return row;
  }

  /** Nobody holds the row any more: it stays, expires or vanishes, by what it says. */
  free(id: ActorId, row: MemoryRow): void {
    row.token = undefined;
    if (row.isBlank) this.drop(id, row); // T1
    else if (row.isRest) this.expireLater(id, row);
  }

  expireLater(id: ActorId, row: MemoryRow): void {
    const now = this.clock.now();
    for (const [oldest, itsId] of this.expiring) {
      if (oldest.expiresAtMs !== undefined && oldest.expiresAtMs > now) break;
      if (oldest.expiresAtMs === undefined) this.expiring.delete(oldest); // It was claimed again.
      else this.drop(itsId, oldest);
    }
    row.expiresAtMs = now + DESTROYED_KEPT_MS;
    this.expiring.delete(row); // Behind all others again: it is the youngest.
    this.expiring.set(row, { type: id.type, key: id.key });
  }

  private drop(id: ActorId, row: MemoryRow): void {
    this.expiring.delete(row);
    const ofType = this.rows.get(id.type);
    if (ofType?.get(id.key) === row) ofType.delete(id.key);
  }
}
