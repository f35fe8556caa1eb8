import type { OperationRecord } from '../../protocol/ports/state-store.js';

/** Of durable calls: no user's key is counted under it. */
export const DURABLE_SCOPE = 'durable';

/** The operations that are kept for one actor: by id, counted by scope, oldest first. Those of durable calls are kept for another time than the others. */
export class OperationIndex {
  private readonly keyed = new Map<string, OperationRecord>();
  private readonly durable = new Map<string, OperationRecord>();
  private readonly counts = new Map<string, number>();

  constructor(records: readonly OperationRecord[]) {
    for (const record of [...records].sort((a, b) => a.at - b.at)) this.add(record);
  }

  get(operationId: string): OperationRecord | undefined {
    return this.keyed.get(operationId) ?? this.durable.get(operationId);
  }

  count(scope: string): number {
    return this.counts.get(scope) ?? 0;
  }

  add(record: OperationRecord): void {
    const { operationId, scope } = record;
    if (this.get(operationId)) return;
    this.lineOf(scope).set(operationId, record);
    this.counts.set(scope, this.count(scope) + 1);
  }

  remove(operationId: string): void {
    const record = this.get(operationId);
    if (!record) return;
    this.lineOf(record.scope).delete(operationId);
    const left = this.count(record.scope) - 1;
    if (left > 0) this.counts.set(record.scope, left);
    else this.counts.delete(record.scope);
  }

  /** Takes out and returns the ids of records older than these times (milliseconds since 1970). */
  takeOlderThan(keyedLimit: number, durableLimit: number): string[] {
    return [...this.takeFrom(this.keyed, keyedLimit), ...this.takeFrom(this.durable, durableLimit)];
  }

  private takeFrom(line: ReadonlyMap<string, OperationRecord>, limit: number): string[] {
    const taken: string[] = [];
    for (const [operationId, { at }] of line) {
      if (at >= limit) break;
      taken.push(operationId);
    }
    for (const operationId of taken) this.remove(operationId);
    return taken;
  }

  private lineOf(scope: string): Map<string, OperationRecord> {
    return scope === DURABLE_SCOPE ? this.durable : this.keyed;
  }
}
