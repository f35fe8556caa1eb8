import type { OperationRecord } from '../../protocol/ports/state-store.js';

/** The operations that are kept for one actor: by id, counted by scope, oldest first. */
export class OperationIndex {
  private readonly records = new Map<string, OperationRecord>();
  private readonly counts = new Map<string, number>();

  constructor(records: readonly OperationRecord[]) {
    for (const record of [...records].sort((a, b) => a.at - b.at)) this.add(record);
  }

  get(operationId: string): OperationRecord | undefined {
    return this.records.get(operationId);
  }

  count(scope: string): number {
    return this.counts.get(scope) ?? 0;
  }

  add(record: OperationRecord): void {
    if (this.records.has(record.operationId)) return;
    this.records.set(record.operationId, record);
    this.counts.set(record.scope, this.count(record.scope) + 1);
  }

  /** Takes out and returns the ids of records older than `limit` (milliseconds since 1970). */
  takeOlderThan(limit: number): string[] {
    const taken: string[] = [];
    for (const [operationId, { at, scope }] of this.records) {
      if (at >= limit) break;
      this.records.delete(operationId);
      const left = this.count(scope) - 1;
      if (left > 0) this.counts.set(scope, left);
      else this.counts.delete(scope);
      taken.push(operationId);
    }
    return taken;
  }
}
