// Witness. Owns: what really ran in one run of the model, as the actors' own code saw it. The checker compares the store with that.
import type { Clock } from '../../../protocol/ports/index.js';
import type { Program } from './program.js';

interface Body {
  readonly program: Program;
  readonly root: string;
  /** `killed`: its thread died before its end; what its code still does is nobody's. */
  ended: 'running' | 'completed' | 'threw' | 'killed';
}

export class Witness {
  readonly bodies: Body[] = [];
  readonly violations: string[] = [];
  /** Programs that are called under an idempotency key. */
  readonly keyed = new Set<string>();
  /** Roots that went on without a call that they, or a call of theirs, had made: it ran on, and may meet in one unit what it would not have met. */
  readonly abandoned = new Set<string>();
  private readonly told = new Set<string>();
  private readonly inside = new Map<object, Set<Body>>();

  /** `overlaps`: turns of several chains may be inside at once, unless one is keyed. */
  constructor(private readonly clock: Clock, private readonly overlaps: boolean) {}

  get running(): readonly Body[] {
    return this.bodies.filter(({ ended }) => ended === 'running');
  }

  /** A turn begins on this instance: at most one chain writes there, and nobody reads meanwhile. */
  begin(instance: object, root: string, program: Program): Body {
    const body: Body = { program, root, ended: 'running' };
    this.bodies.push(body);
    if (this.told.has(program.id)) this.abandoned.add(root);
    const others = this.inside.get(instance) ?? new Set<Body>();
    for (const other of others) {
      if (other.root === root || !(other.program.writes || program.writes) || this.mayOverlap(program, other.program)) continue;
      this.violations.push(`${program.id} began beside ${other.program.id} of another chain on one entity`);
    }
    this.inside.set(instance, others.add(body));
    return body;
  }

  /** What only reads is in nobody's way where turns overlap. */
  private mayOverlap(one: Program, other: Program): boolean {
    if (!this.overlaps) return false;
    return !(this.keyed.has(one.id) || this.keyed.has(other.id)) || !one.writes || !other.writes;
  }

  end(instance: object, body: Body, ended: 'completed' | 'threw'): void {
    if (body.ended === 'running') body.ended = ended;
    this.inside.get(instance)?.delete(body);
  }

  /** The caller knows how the call ended, which may not be how it ends. */
  callerTold({ id }: Program): void {
    this.told.add(id);
    for (const { root, ended } of this.bodiesOf(id)) if (ended === 'running') this.abandoned.add(root);
  }

  killed(instances: readonly object[]): void {
    for (const instance of instances) {
      for (const body of this.inside.get(instance) ?? []) body.ended = 'killed';
      this.inside.delete(instance);
    }
  }

  pause(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void this.clock.setTimer(resolve, ms));
  }

  bodiesOf(id: string): readonly Body[] {
    return this.bodies.filter(({ program }) => program.id === id);
  }
}

/** The run that the actors report to. One at a time. */
export const current: { witness: Witness } = { witness: undefined as never };
