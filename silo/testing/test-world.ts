// TestWorld. Owns: what the silos of one test cluster share (time, network, store, membership table, chance, trace) and the faults between them.
//   W1. Whatever happens by chance is drawn from the seed.
import { ConfigurationError } from '../../protocol/errors/index.js';
import { MemoryQueues } from '../../events/memory-delivery-queues.js';
import { MemoryMembershipTable } from '../../state/memory-membership-table.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import type { MembershipTable } from '../../state/membership-table.js';
import type { StateStore } from '../../protocol/ports/state-store.js';
import { MemoryNetwork } from '../../transport/memory-network.js';
import { SeededRandom } from './seeded-random.js';
import type { SiloClock } from './silo-clock.js';
import { StoreLine, type LineFaults } from './store-line.js';
import { Trace } from './trace.js';
import type { VirtualClock } from './virtual-clock.js';

/** The store's name among those of the silos. */
export const STORE = 'store';

/** Stand-ins for what silos share, for tests of this framework. */
export interface SharedParts {
  store(clock: VirtualClock): StateStore;
  table(clock: VirtualClock): MembershipTable;
}

const IN_MEMORY: SharedParts = { store: (clock) => new MemoryStateStore(clock), table: (clock) => new MemoryMembershipTable(clock) };

export class TestWorld {
  readonly random: SeededRandom;
  readonly network: MemoryNetwork;
  readonly store: StateStore;
  readonly table: MembershipTable;
  readonly trace: Trace;
  /** Messages that wait, and what became of them: as safe from faults as a Redis that answers. */
  readonly queues = new MemoryQueues();
  readonly records: MemoryMessageRecords;
  private readonly lines = new Map<string, StoreLine[]>();
  private readonly faults = new Map<string, LineFaults>();

  constructor(readonly clock: VirtualClock, seed: number, shared: SharedParts = IN_MEMORY) {
    this.random = new SeededRandom(seed);
    const wire = this.random.fork();
    this.network = new MemoryNetwork({ clock, random: wire.next });
    this.store = shared.store(clock);
    this.table = shared.table(clock);
    this.records = new MemoryMessageRecords(clock);
    this.trace = new Trace(() => clock.monotonicMs());
  }

  /** A connection of this silo to the store. */
  line(silo: string, clock: SiloClock, resends: boolean): StoreLine {
    const line = new StoreLine({ clock: this.clock, silo: clock, random: this.random.fork(), faults: this.faultsOf(silo), resends });
    let lines = this.lines.get(silo);
    if (!lines) this.lines.set(silo, (lines = []));
    lines.push(line);
    return line;
  }

  cut(a: string, b: string): void {
    if (!this.betweenStore(a, b, (faults) => (faults.isCut = true))) this.network.cut(a, b);
  }

  heal(a?: string, b?: string): void {
    const names = [a, b].filter((name) => name !== undefined);
    const of = names.includes(STORE) ? names.filter((name) => name !== STORE) : b === undefined ? names : undefined;
    if (of) for (const [silo, faults] of this.faults) if (of.length === 0 || of.includes(silo)) this.change(silo, () => (faults.isCut = false));
    if (!names.includes(STORE)) this.network.heal(a, b);
  }

  delay(a: string, b: string, ms: number): void {
    if (!this.betweenStore(a, b, (faults) => (faults.delayMs = ms))) this.network.delay(a, b, ms);
  }

  drop(a: string, b: string): void {
    const silo = otherThanStore(a, b);
    if (silo === undefined) return this.network.drop(a, b);
    for (const line of this.lines.get(silo) ?? []) line.break();
  }

  private betweenStore(a: string, b: string, change: (faults: LineFaults) => void): boolean {
    const silo = otherThanStore(a, b);
    if (silo === undefined) return false;
    this.change(silo, change);
    return true;
  }

  private change(silo: string, change: (faults: LineFaults) => void): void {
    change(this.faultsOf(silo));
    for (const line of this.lines.get(silo) ?? []) line.review();
  }

  private faultsOf(silo: string): LineFaults {
    let faults = this.faults.get(silo);
    if (!faults) this.faults.set(silo, (faults = { isCut: false, delayMs: 0 }));
    return faults;
  }
}

function otherThanStore(a: string, b: string): string | undefined {
  if (a === b) throw new ConfigurationError(`between '${a}' and itself there is nothing`);
  if (a === STORE) return b;
  return b === STORE ? a : undefined;
}
