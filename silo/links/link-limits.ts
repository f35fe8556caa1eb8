import { ConfigurationError } from '../../protocol/errors/index.js';

/** Bounds of the links of one silo. All silos of a cluster should have the same. */
export interface LinkLimits {
  /** The longest message; a longer call or result is a `PayloadTooLargeError`. */
  readonly maxMessageBytes: number;
  /** Calls to one peer that wait for their reply or for the connection. */
  readonly maxInFlight: number;
  /** Bytes that wait for one peer before new calls to it are refused. Above twice as much, results are withheld as well. */
  readonly maxWaitingBytes: number;
  /** Chunks of large messages are handed over while the network holds less than this. */
  readonly windowBytes: number;
  /** How long opening a connection may take. */
  readonly connectTimeoutMs: number;
  /** How long `close` waits for bytes that the network has not taken, and `takeLeave` while nothing moves. */
  readonly drainTimeoutMs: number;
  /** How long `takeLeave` waits for answers to arrive. */
  readonly farewellTimeoutMs: number;
}

export const DEFAULT_LINK_LIMITS: LinkLimits = {
  maxMessageBytes: 64 * 1024 * 1024,
  maxInFlight: 65_536,
  maxWaitingBytes: 32 * 1024 * 1024,
  windowBytes: 1024 * 1024,
  connectTimeoutMs: 5000,
  drainTimeoutMs: 1000,
  farewellTimeoutMs: 5000,
};

/** Messages above this travel in chunks of this size, between the frames of the others. */
export const CHUNK_BYTES = 64 * 1024;
/** No frame is longer. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** Ids of calls have room for so many in flight. */
const MOST_IN_FLIGHT = 2 ** 19;
/** Lengths of messages in chunks have room for so much. */
const MOST_BYTES = 2 ** 32 - 1;

/** The limits themselves. Throws `ConfigurationError` for those that cannot work. */
export function checkedLimits(limits: LinkLimits): LinkLimits {
  for (const [name, value] of Object.entries(limits) as readonly (readonly [string, unknown])[]) {
    const most = name === 'maxInFlight' ? MOST_IN_FLIGHT : name === 'maxMessageBytes' ? MOST_BYTES : Number.MAX_SAFE_INTEGER;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
      throw new ConfigurationError(`links.${name}: expected a whole number from 1 to ${most}, got ${String(value)}`);
    }
  }
  return limits;
}
