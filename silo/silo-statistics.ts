import type { ThreadReport } from '../isolation/component-thread.js';
import type { Statistics } from './activation/silo-services.js';

/** What `silo.statistics()` gives. */
export interface SiloStatistics extends Readonly<Statistics> {
  /** One for each thread; none while no component runs in one. */
  readonly threads: readonly ThreadReport[];
}
