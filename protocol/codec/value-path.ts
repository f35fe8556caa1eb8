/** A step into a value that is neither a key nor an index, printed as it is: `.get("a")`. */
export interface CallStep {
  readonly text: string;
}

/** One step into a value: a property, an index, or a call. */
export type Step = string | number | CallStep;

const IDENTIFIER = /^[A-Za-z_$][\w$]{0,63}$/;
const MAX_STEPS = 32;

/** Root of a message on its way: paths begin as its sender would write them, `args[0].owner` or `event.owner`. */
export const MESSAGE_ROOT = 'message';
const PARTS: ReadonlyMap<unknown, string> = new Map([['args', 'args'], ['value', 'event'], ['event', 'event']]);

/** `args[0].owner["odd key"].get("a")`: where in a value something is, as its user would write it. Of long ways the middle, and of long names the end, is left out. */
export function printPath(root: string, steps: readonly Step[]): string {
  const part = root === MESSAGE_ROOT ? PARTS.get(steps[0]) : undefined;
  if (part !== undefined) return printPath(part, steps.slice(1));
  if (steps.length > MAX_STEPS) return `${printPath(root, steps.slice(0, MAX_STEPS / 2))}…${printPath('', steps.slice(-MAX_STEPS / 2))}`;
  let path = root;
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else if (typeof step === 'object') path += step.text;
    else if (IDENTIFIER.test(step)) path += `.${step}`;
    else path += `[${JSON.stringify(step.length > 64 ? `${step.slice(0, 64)}…` : step)}]`;
  }
  return path;
}

/** The step to a Map's value: by its key where that can be printed, else by its place. */
export function mapValueStep(key: unknown, place: number): CallStep {
  if (typeof key === 'string') return { text: `.get(${JSON.stringify(key.slice(0, 64))})` };
  if (typeof key === 'number' || typeof key === 'boolean') return { text: `.get(${key})` };
  return { text: `.values()[${place}]` };
}

/** The step to a Map's key or a Set's member. */
export function memberStep(method: 'keys' | 'values', place: number): CallStep {
  return { text: `.${method}()[${place}]` };
}
