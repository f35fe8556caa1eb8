/** A running timer. `cancel` is idempotent. */
export interface TimerHandle {
  cancel(): void;
}

/** Time, as the runtime sees it. Nothing above `protocol/` reads the system's clock or sets a timer in another way. */
export interface Clock {
  /** Milliseconds since 1970, may jump. For people and stored instants. */
  now(): number;
  /** Milliseconds from an arbitrary start, never goes back. For leases, deadlines and periods. */
  monotonicMs(): number;
  /** Calls back once, not earlier than `delayMs` from now. The timer does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number): TimerHandle;
}
