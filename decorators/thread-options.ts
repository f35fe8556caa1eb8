import { parseDuration } from '../protocol/duration.js';
import { ConfigurationError } from '../protocol/errors/index.js';
import { describe } from './options.js';

/** What `@Component` and `@Service` say of their threads. */
export interface ThreadMetadata {
  /** Per silo. */
  readonly threads: number;
  /** Absent: a limit that this Node contains. */
  readonly memoryLimitMb: number | undefined;
  /** How long a turn may block its thread. */
  readonly turnLimitMs: number;
}

const MOST_THREADS = 64;
const LEAST_MEMORY_MB = 16;
const DEFAULT_TURN_LIMIT = '10s';

/** The names of these options, in the order in which messages list them. */
export const THREAD_OPTIONS: readonly string[] = ['threads', 'memoryLimitMb', 'turnLimit'];

/** Checks the options `threads`, `memoryLimitMb` and `turnLimit`. Throws `ConfigurationError` naming the class and the option. */
export function threadOptions(where: string, given: Readonly<Record<string, unknown>>): ThreadMetadata {
  const { threads = 1, memoryLimitMb, turnLimit = DEFAULT_TURN_LIMIT } = given;
  if (!isWhole(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new ConfigurationError(`${where}: option "threads" is ${describe(threads)}; expected a whole number from 1 to ${MOST_THREADS}`);
  }
  if (memoryLimitMb !== undefined && (!isWhole(memoryLimitMb) || memoryLimitMb < LEAST_MEMORY_MB)) {
    throw new ConfigurationError(`${where}: option "memoryLimitMb" is ${describe(memoryLimitMb)}; expected a whole number from ${LEAST_MEMORY_MB}`);
  }
  return { threads, memoryLimitMb, turnLimitMs: parseDuration(turnLimit, `${where}: option "turnLimit"`) };
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
