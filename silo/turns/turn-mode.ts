import type { MethodMetadata } from '../../decorators/index.js';

/** How a call takes its turn. */
export interface TurnMode {
  /** Runs beside other read-only turns and never commits. */
  readonly readOnly: boolean;
  /** Its reply waits until the store has confirmed the ownership. */
  readonly strict: boolean;
  /** May run while turns of other chains await. */
  readonly interleave: boolean;
  /** Comes from the silo itself (hook, timer, event): not counted against the mailbox's limit. */
  readonly system: boolean;
}

/** Turns that the silo itself begins. */
export const SYSTEM_TURN: TurnMode = Object.freeze({ readOnly: false, strict: false, interleave: false, system: true });

const WRITING: TurnMode = Object.freeze({ readOnly: false, strict: false, interleave: false, system: false });
const READING: TurnMode = Object.freeze({ readOnly: true, strict: false, interleave: false, system: false });
const OTHERS: readonly TurnMode[] = [
  { readOnly: true, strict: true, interleave: false, system: false },
  { readOnly: true, strict: false, interleave: true, system: false },
  { readOnly: false, strict: false, interleave: true, system: false },
];

/** How calls of a method take their turn; always the same object. */
export function turnModeOf({ readOnly, strict, interleave }: Pick<MethodMetadata, 'readOnly' | 'strict' | 'interleave'>): TurnMode {
  if (!strict && !interleave) return readOnly ? READING : WRITING;
  return OTHERS.find((mode) => mode.readOnly === readOnly && mode.strict === strict && mode.interleave === interleave)!;
}
