import type { SpawnGate } from '../isolation/spawn-gate.js';
import type { Invoker } from '../protocol/envelope.js';
import type { MessageRecords } from '../protocol/ports/message-records.js';
import type { Clock, DeliveryQueues, Logger, Membership, PlacementPolicy, StateStore } from '../protocol/ports/index.js';
import type { LoadableFiles, ThreadMaking } from './hosts.js';

/** What one silo's runtime stands on. */
export interface SiloPorts {
  readonly siloId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StateStore;
  readonly membership: Membership;
  /** Actor classes (components come with them), and services. */
  readonly classes: readonly object[];
  /** What threads can load; without it everything runs inline. */
  readonly files?: LoadableFiles | undefined;
  /** Holds threads back while their files are being exchanged. */
  readonly gate?: SpawnGate | undefined;
  /** Where messages wait for their listeners; default: in memory, this silo's alone. */
  readonly queues?: DeliveryQueues | undefined;
  readonly records?: MessageRecords | undefined;
  /** Other than real ones. */
  readonly threads?: ThreadMaking | undefined;
  /** Component classes that can be added at run time beside those that actors list. */
  readonly components?: readonly object[] | undefined;
  /** The user's placement policies, which classes may name. */
  readonly policies?: readonly PlacementPolicy[];
  /** Stands between handles and the router (stubs in tests). */
  readonly intercept?: (next: Invoker) => Invoker;
  /** Where chance comes from; default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** How many actors of other silos it remembers the place of; default 100,000. */
  readonly maxLocations?: number | undefined;
}
