/** Control messages and their answers: ahead of calls. */
export const CONTROL = 0;
/** Calls and their answers. */
export const CALLS = 1;
/** Which of the two lanes. */
export type Lane = typeof CONTROL | typeof CALLS;

/** Whose message it is, when it matters whether it was handed to the network. */
export interface Sendable {
  /** The batch that it left or leaves with; `Infinity` while parts of it wait. */
  batch: number;
}
