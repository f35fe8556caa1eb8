import type { ThreadReport } from '../isolation/thread-report.js';
import type { Statistics } from './activation/silo-services.js';
import type { ServiceStatistics } from './services/services.js';

/** What `silo.statistics()` gives. */
export interface SiloStatistics extends Readonly<Statistics> {
  /** One for each thread; none while no component or service runs in one. */
  readonly threads: readonly ThreadReport[];
  /** By name: those that this silo hosts or has called. */
  readonly services: Readonly<Record<string, ServiceStatistics>>;
}
