// What a silo and one of its component threads say to each other. A batch is one flat array: a code, then its operands, then the next code;
// small arrays and objects cost more to clone than what they hold. `packBatch` says how it crosses the port. `Wire` values are what `toWire` made of them.
import type { StagedChanges } from '../protocol/ports/component-host.js';

/** To the thread. */
export const CREATE = 0; // instance, type, key, component, class name, saved fields, mirror, what it was added with: Wire
export const RUN = 1; // turn, instance, number of the method's name, args: Wire, deadline (since 1970), who: Wire, flags, verdicts
export const STAGE = 2; // ask, instance, verdicts
export const SETTLE = 3; // instance, verdicts
export const DISPOSE = 4; // instance
export const ANSWER = 5; // ask, 1 | 0 (failed), value: Wire
export const ABORT = 6; // turn, reason: Wire
export const PING = 7; // number
export const MIRROR = 8; // instance, mirror
export const NAME = 9; // number, name: ahead of the first turn of a method

/** To the silo. */
export const DONE = 0; // turn, 1 | 0 (threw) | HANDS_OVER, value: Wire, changes
export const CREATED = 1; // instance, error: Wire
export const STAGED = 2; // ask, changes
export const ASK = 3; // ask, turn (0: none), instance, verb, args: Wire
export const SAY = 4; // turn, instance, verb, args: Wire
export const PONG = 5; // number
export const READY = 6; // error of a module that did not load: Wire
export const UNASK = 7; // ask

/** How many operands follow each code. */
export const TO_THREAD: readonly number[] = [8, 8, 3, 2, 1, 3, 2, 1, 2, 2];
export const TO_SILO: readonly number[] = [4, 2, 2, 5, 4, 1, 1, 1];

/** Of `DONE`: the value is a tail call, as `[target, method, args, keepTurn]`. */
export const HANDS_OVER = 2;
/** Of `RUN`: the one argument itself, which is a primitive, in place of all. */
export const SOLE = 16;
/** The turn writes nothing, and nothing is staged: what it changes is undone. */
export const READS = 1;
/** Nothing is staged and nobody runs: what differs from the last accepted state changed outside any turn. */
export const FRESH = 2;
/** `method` is empty: args are the number of a timer's callback and the time that has passed. */
export const FIRES = 4;
/** The first argument is a connected client. */
export const GREETS = 8;

/** What became of staged changes: the serial of those that were accepted, or `ROLLED_BACK`. */
export type Verdict = number;
export const ROLLED_BACK = -1;

/**
 * Changes as a thread tells them: serial, epoch (how many verdicts the instance had heard), how many fields are saved with the unit, how many
 * lazily; then name, value of those, of the lazy ones and of the rest. Primitives are themselves, all else is encoded.
 */
export type FlatChanges = readonly unknown[];
export const SERIAL = 0;
export const EPOCH = 1;
export const FIRST_FIELD = 4;

/** The rare cases. */
export interface ToldMore {
  readonly epoch: number;
  readonly changes?: FlatChanges | undefined;
  /** Why the state cannot be saved: Wire. */
  readonly error?: unknown;
  /** What had changed outside any turn before this one: it is accepted already. */
  readonly strays?: FlatChanges | undefined;
}

/** What became of an instance's state by a turn; the epoch alone when nothing changed. */
export type Told = number | FlatChanges | ToldMore;

/** Staged by a thread. */
export interface ThreadChanges extends StagedChanges {
  readonly serial: number;
}

/** What an instance's context answers at once, as text that equals for equal things. */
export type Mirror = string;

/** Where thread and silo share a few numbers. */
export const SHARED_WORDS = 4;
/** The last turn that began: later ones surely did not run. */
export const LAST_BEGUN = 0;
/** Rises with whatever the thread does. */
export const PROGRESS = 1;
/** The operating system's id of the thread; 0 where it does not tell. */
export const THREAD_ID = 2;
/** How many of the thread's messages its silo has read. */
export const HEARD = 3;
/** A thread that has said so many more than were read waits. */
export const MOST_UNHEARD = 2000;
