// What a call of the model does: a tree of calls on several actors and their components, made by chance.
import type { Random } from './random.js';

export interface Program {
  /** What it leaves in the state of its entity, and in nothing else. */
  readonly id: string;
  readonly actor: number;
  readonly part: 'owner' | 'vault';
  /** False: a read-only turn. */
  readonly writes: boolean;
  readonly pauseMs: number;
  /** One after the other; the calls of one step at once. */
  readonly steps: readonly (readonly Program[])[];
  /** Does not wait for the calls that it makes. */
  readonly forgets: boolean;
  readonly catches: boolean;
  readonly fails: boolean;
  readonly emits: boolean;
  /** `ctx.save()` before its last pause, where that is allowed. */
  readonly saves: boolean;
  /** Called by the method that is `@Interleave()`. */
  readonly interleaves: boolean;
}

export const ACTORS = 5;

export class ProgramMaker {
  private serial = 0;

  constructor(private readonly random: Random, private readonly mayInterleave: boolean, private readonly mayMeet: boolean) {}

  /** A read-only turn may run again when its activation is lost, so it calls only its like. */
  make(depth = 0, among: readonly number[] = Array.from({ length: ACTORS }, (_, index) => index), mayWrite = true): Program {
    const { random } = this;
    const writes = random.chance(0.75) && mayWrite;
    return {
      id: `p${this.serial++}`,
      actor: random.pick(among),
      part: random.chance(0.6) ? 'owner' : 'vault',
      writes,
      pauseMs: random.chance(0.5) ? 0 : random.below(20),
      steps: depth >= 3 ? [] : Array.from({ length: random.below(3) }, () => this.step(depth + 1, among, writes)),
      forgets: this.mayMeet && random.chance(0.1),
      catches: random.chance(0.4),
      fails: random.chance(0.15),
      emits: writes && random.chance(0.25),
      saves: writes && random.chance(0.15),
      interleaves: this.mayInterleave && random.chance(0.4),
    };
  }

  /** Calls at once go to different actors, unless they may meet: whose unit a call belongs to is certain then. */
  private step(depth: number, among: readonly number[], mayWrite: boolean): readonly Program[] {
    const at = among.length > 1 && this.random.chance(0.3) ? 1 + this.random.below(among.length - 1) : 0;
    if (at === 0) return [this.make(depth, among, mayWrite)];
    if (this.mayMeet) return [this.make(depth, among, mayWrite), this.make(depth, among, mayWrite)];
    return [this.make(depth, among.slice(0, at), mayWrite), this.make(depth, among.slice(at), mayWrite)];
  }
}

export interface InUnit {
  readonly program: Program;
  /** Whose call opened its unit: the outermost writer on the same actor. */
  readonly outermost: Program;
  /** Who called whom from the outermost to it, both left out. */
  readonly between: readonly Program[];
}

/** Each writing program of the tree with its unit. */
export function* unitsOf(program: Program, path: readonly Program[] = []): Generator<InUnit> {
  const here = [...path, program];
  if (program.writes) {
    const at = here.findIndex(({ writes, actor }) => writes && actor === program.actor);
    yield { program, outermost: here[at]!, between: here.slice(at + 1, -1) };
  }
  for (const step of program.steps) for (const nested of step) yield* unitsOf(nested, here);
}
