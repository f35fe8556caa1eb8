/** What holds new threads back while the files that they would load are being exchanged. */
export interface SpawnGate {
  /** Asked before each start. */
  readonly isHeld: boolean;
  /** Calls back once, when it holds nobody any more. */
  whenOpen(callback: () => void): void;
}
