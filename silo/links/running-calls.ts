import { slotOf } from './call-table.js';
import type { RemoteEnvelope } from './remote-envelope.js';

/**
 * Calls of a peer that run here, by id. An array by the id's slot (see `CallTable`): a `Map` under such churn leaves its old tables to the
 * collector in a chain that outlives many collections, which doubled the cost of a call.
 */
export class RunningCalls {
  private slots: (RemoteEnvelope | undefined)[] = [];
  size = 0;

  add(envelope: RemoteEnvelope): void {
    const slot = slotOf(envelope.callId);
    if (this.slots[slot] === undefined) this.size++;
    this.slots[slot] = envelope;
  }

  /** Takes it out. `undefined`: it has ended, or was cancelled. */
  take(id: number): RemoteEnvelope | undefined {
    const slot = slotOf(id);
    const envelope = this.slots[slot];
    if (envelope === undefined || envelope.callId !== id) return undefined;
    this.slots[slot] = undefined;
    this.size--;
    return envelope;
  }

  /** Takes all out. */
  takeAll(): readonly RemoteEnvelope[] {
    const all = this.slots.filter((envelope) => envelope !== undefined);
    this.slots = [];
    this.size = 0;
    return all;
  }
}
