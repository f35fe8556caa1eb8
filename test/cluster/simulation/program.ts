// What one call of the simulation does: a tree of calls on several actors, made by chance.
import type { SeededRandom } from '../../../silo/testing/seeded-random.js';

export interface Program {
  readonly id: string;
  /** Key of the actor. */
  readonly actor: string;
  readonly does: 'write' | 'read' | 'strict';
  readonly pauseMs: number;
  /** One after the other. */
  readonly calls: readonly Program[];
  /** Made under an idempotency key. */
  readonly isKeyed: boolean;
  /** Throws at its end. */
  readonly fails: boolean;
  /** Failures of the calls that it makes do not make it fail. */
  readonly catches: boolean;
}

export const ACTORS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

/** Nobody writes to these while their silo may not know whether it still has them: a write that waits for the store keeps reads waiting. */
export const QUIET = ['q', 'r', 's', 't', 'u'] as const;

/** All of them. */
export const EVERY: readonly string[] = [...ACTORS, ...QUIET];

const MAX_DEPTH = 2;

/** A turn that does one thing. */
export function simple(id: string, actor: string, does: Program['does']): Program {
  return { id, actor, does, pauseMs: 0, calls: [], isKeyed: false, fails: false, catches: false };
}

export class ProgramMaker {
  private serial = 0;

  constructor(private readonly random: SeededRandom) {}

  /** A read-only turn calls only its like. */
  make(depth = 0, mayWrite = true): Program {
    const { random } = this;
    const writes = mayWrite && random.chance(0.75);
    const calls = depth >= MAX_DEPTH || random.chance(0.55) ? 0 : 1 + random.below(2);
    return {
      id: `p${++this.serial}`,
      // A few are asked for most of the time.
      actor: random.pick(random.chance(0.5) ? ACTORS.slice(0, 3) : ACTORS),
      does: writes ? 'write' : random.chance(0.3) ? 'strict' : 'read',
      pauseMs: random.chance(0.5) ? 0 : random.below(random.chance(0.1) ? 2000 : 60),
      calls: Array.from({ length: calls }, () => this.make(depth + 1, writes)),
      isKeyed: writes && random.chance(depth === 0 ? 0.4 : 0.25),
      fails: random.chance(0.08),
      catches: random.chance(0.5),
    };
  }
}
