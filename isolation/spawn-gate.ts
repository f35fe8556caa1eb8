/** What holds new threads back while the files that they would load are being exchanged. */
export interface SpawnGate {
  /** True: not now; it calls back when it is open, each function once. */
  holdsBack(start: () => void): boolean;
}
