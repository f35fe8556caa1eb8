// DeadlineWheel. Owns: one coarse timer for all deadlines of the silo. Calls link themselves into the bucket of their deadline, so
// adding and leaving cost a few pointers and no allocation. A hashed timing wheel (Varghese and Lauck, 1987) with a sparse table.
//   D1. A call expires not before its deadline and at most one granularity after it (plus the loop's delay).
import type { Clock, TimerHandle } from '../../protocol/ports/clock.js';

/** What stands in a bucket: a doubly linked list with the bucket as its head. */
export interface DeadlineLink {
  previous: DeadlineLink | undefined;
  next: DeadlineLink | undefined;
}

interface Expiring extends DeadlineLink {
  readonly deadlineMs: number;
  expire(): void;
  /** Nobody watches its deadline any more. */
  abandon(): void;
  /** Whoever runs it should end it soon. */
  interrupt(reason: Error): void;
}

export class DeadlineWheel {
  private readonly buckets = new Map<number, DeadlineLink>();
  private timer: TimerHandle | undefined;
  private armedFor = Infinity;

  constructor(private readonly clock: Clock, private readonly granularityMs = 20) {}

  add(call: Expiring): void {
    const index = Math.ceil(call.deadlineMs / this.granularityMs);
    let head = this.buckets.get(index);
    if (!head) this.buckets.set(index, (head = { previous: undefined, next: undefined }));
    call.previous = head;
    call.next = head.next;
    if (head.next) head.next.previous = call;
    head.next = call;
    if (index < this.armedFor) this.arm(index);
  }

  /** Asks all that run to end; their callers still wait for what they return. */
  interrupt(reason: Error): void {
    const calls = [...this.buckets.values()].flatMap((head) => [...linkedTo(head)]);
    for (const call of calls) call.interrupt(reason);
  }

  /** Calls that still run will get no answer: they are told so. */
  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.armedFor = Infinity;
    for (const head of this.buckets.values()) takeAll(head, (call) => call.abandon());
    this.buckets.clear();
  }

  private arm(index: number): void {
    this.timer?.cancel();
    this.armedFor = index;
    const delayMs = Math.max(0, index * this.granularityMs - this.clock.monotonicMs());
    this.timer = this.clock.setTimer(this.onTick, delayMs);
  }

  private readonly onTick = (): void => {
    this.timer = undefined;
    this.armedFor = Infinity;
    // A timer may ring a fraction of a millisecond early; half a millisecond of grace keeps D1 within what clocks can tell.
    const due = Math.floor((this.clock.monotonicMs() + 0.5) / this.granularityMs);
    let earliest = Infinity;
    for (const [index, head] of this.buckets) {
      if (index <= due) {
        this.buckets.delete(index);
        takeAll(head, (call) => call.expire());
      } else if (!head.next) {
        this.buckets.delete(index);
      } else if (index < earliest) {
        earliest = index;
      }
    }
    if (earliest < this.armedFor) this.arm(earliest);
  };
}

function* linkedTo(head: DeadlineLink): Generator<Expiring> {
  for (let call = head.next; call; call = call.next) yield call as Expiring;
}

/** Takes every call of a bucket out, one after the other, also those that leave by what happens to another. */
function takeAll(head: DeadlineLink, act: (call: Expiring) => void): void {
  for (let call = head.next; call; call = head.next) {
    head.next = call.next;
    if (call.next) call.next.previous = head;
    call.previous = call.next = undefined;
    act(call as Expiring);
  }
}
