// MemoryWatch. Owns: one timer that looks at how much memory the silo's threads take while user code blocks them. Does not own: the threads.
// Why it is needed: V8 ends a worker at its heap limit only when it gets there in small steps. One allocation of more than about 16 MB beyond the
// limit (a Map that doubles, split, concat, sort, JSON.parse) is a fatal error of the whole process, and buffers do not count at all. So the
// limit that V8 gets is far above the one that is promised (`HEAP_HEADROOM_MB`), and a thread is ended from outside before it comes there.
//   W1. What a thread has taken is what the process has grown, and no more than what the thread itself was first to touch (its page faults):
//       a thread that takes and gives back, or that blocks while another one grows, takes nothing.
//   W2. It is measured from when the thread was last heard of: what it took and gave back between is V8's business. Its own part is looked at only
//       when a look has passed without a word from it: most threads never pay for that.
//   W3. Nothing is looked at while no thread has work.
//       After the silo itself stood still a look tells nothing: what the threads said meanwhile is not read yet.
//   W4. One growth ends one thread: the one that took most.
import type { Clock, TimerHandle } from '../protocol/ports/clock.js';

/** How far above a thread's own limit V8's hard one is. More would let V8 put off collecting; less would be reached by one large array. */
export const HEAP_HEADROOM_MB = 1024;

/** Where the figures come from, in bytes. */
export interface MemoryReader {
  /** The process's resident memory. */
  resident(): number;
  /** What the thread was first to touch, since its start; `undefined` where the system does not tell, or the thread is gone. */
  touched(threadId: number): number | undefined;
}

/** A thread, as the watch sees it. */
export interface WatchedThread {
  /** It has work from now on, or has none. */
  setBusy(busy: boolean): void;
  /** A message came: its code let go of the thread. */
  heard(): void;
  /** It is gone, or going. */
  unwatch(): void;
}

/** Looks every `everyMs` at threads that have work. */
export class MemoryWatch {
  private readonly threads = new Set<Watched>();
  private busyCount = 0;
  private timer: TimerHandle | undefined;
  private dueMs = 0;
  private isSkipping = false;

  constructor(private readonly clock: Clock, private readonly reader: MemoryReader, private readonly everyMs = 25) {}

  /**
   * `threadId`: the operating system's, `undefined` where there is none; then all growth of the process counts, as it may be the thread's.
   * `onOverflow` is called once with the bytes that it took, and the thread is not watched any more.
   */
  watch(threadId: number | undefined, limitBytes: number, onOverflow: (takenBytes: number) => void): WatchedThread {
    const watched: Watched = { threadId, limitBytes, onOverflow, busy: false, wasHeard: true, resident: 0, touched: undefined };
    this.threads.add(watched);
    return {
      setBusy: (busy) => this.setBusy(watched, busy),
      heard: () => void (watched.wasHeard = true),
      unwatch: () => this.unwatch(watched),
    };
  }

  stop(): void {
    for (const thread of [...this.threads]) this.unwatch(thread);
  }

  private setBusy(thread: Watched, busy: boolean): void {
    if (thread.busy === busy || !this.threads.has(thread)) return;
    thread.busy = busy;
    // It gets its work only now: the growth counts from here, not from the next look, when much may have been taken.
    if (busy) this.measureFrom(thread, this.reader.resident());
    this.busyCount += busy ? 1 : -1;
    if (busy) this.arm();
  }

  private unwatch(thread: Watched): void {
    this.setBusy(thread, false);
    this.threads.delete(thread);
  }

  /** W3. */
  private arm(): void {
    if (this.timer) return;
    this.dueMs = this.clock.monotonicMs() + this.everyMs;
    this.timer = this.clock.setTimer(() => {
      this.timer = undefined;
      // Before the next look messages are read, however late that is.
      this.isSkipping = !this.isSkipping && this.clock.monotonicMs() - this.dueMs >= this.everyMs;
      if (!this.isSkipping) this.look();
      if (this.busyCount > 0) this.arm();
    }, this.everyMs);
  }

  private look(): void {
    if (this.busyCount === 0) return;
    const resident = this.reader.resident();
    let most: { readonly thread: Watched; readonly taken: number } | undefined;
    for (const thread of this.threads) {
      if (!thread.busy) continue;
      if (thread.wasHeard) {
        this.measureFrom(thread, resident);
        continue;
      }
      const taken = this.takenBy(thread, resident);
      if (taken > thread.limitBytes && taken > (most?.taken ?? 0)) most = { thread, taken };
    }
    if (!most) return;
    this.unwatch(most.thread);
    // W4. The growth is explained: it counts for nobody else.
    for (const thread of this.threads) if (thread.busy) this.measureFrom(thread, resident);
    most.thread.onOverflow(most.taken);
  }

  /** W2. */
  private measureFrom(thread: Watched, resident: number): void {
    thread.wasHeard = false;
    thread.resident = resident;
    thread.touched = undefined;
  }

  /** W1. */
  private takenBy(thread: Watched, resident: number): number {
    const grown = resident - thread.resident;
    if (thread.threadId === undefined) return grown;
    thread.touched ??= this.reader.touched(thread.threadId);
    if (grown <= thread.limitBytes || thread.touched === undefined) return grown;
    return Math.min(grown, (this.reader.touched(thread.threadId) ?? Infinity) - thread.touched);
  }
}

interface Watched {
  readonly threadId: number | undefined;
  readonly limitBytes: number;
  readonly onOverflow: (takenBytes: number) => void;
  busy: boolean;
  wasHeard: boolean;
  resident: number;
  touched: number | undefined;
}
