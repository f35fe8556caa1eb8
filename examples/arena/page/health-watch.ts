// HealthWatch. Owns: what this page knows of everybody's Health: whether it runs, comes back after its thread died, or is degraded for a while.
// It finds out by asking, as any caller would. Health of all fighters of one silo is in one thread: one of them is asked for all.
import { ComponentCrashedError } from 'troupe/client';
import { isBot } from './names.js';
import type { Figure, Scene } from './timeline.js';

export type HealthState = { readonly kind: 'running' } | { readonly kind: 'away' } | { readonly kind: 'degraded'; readonly untilMs: number };

interface Knowledge {
  state: HealthState;
  /** When the question began that is not answered yet. */
  askedAtMs: number | undefined;
}

/** Whoever does not answer for so long is away. */
const SLOW_MS = 400;
const RUNNING: HealthState = { kind: 'running' };
const AWAY: HealthState = { kind: 'away' };

export class HealthWatch {
  private readonly known = new Map<string, Knowledge>();

  /** `ask` calls the Health of a fighter, by id. */
  constructor(private readonly ask: (fighter: string) => Promise<unknown>) {}

  /** Asks one fighter of each silo, the own one of its; none twice at a time. */
  look(scene: Scene, me: string): void {
    const asked = new Set<string>();
    // Bots are always there; other players may just have left.
    for (const { id, silo } of [...scene.fighters].sort((a, b) => rank(a.id, me) - rank(b.id, me))) {
      const name = scene.silos[silo];
      if (name === undefined || asked.has(name)) continue;
      asked.add(name);
      this.askOne(name, id);
    }
    for (const name of this.known.keys()) if (!asked.has(name)) this.known.delete(name);
  }

  of({ silo }: Pick<Figure, 'silo'>, { silos }: Scene): HealthState {
    const known = this.known.get(silos[silo] ?? '');
    if (!known) return RUNNING;
    const isSlow = known.askedAtMs !== undefined && performance.now() - known.askedAtMs > SLOW_MS;
    return isSlow ? AWAY : known.state;
  }

  private askOne(silo: string, fighter: string): void {
    const known = this.known.get(silo) ?? { state: RUNNING, askedAtMs: undefined };
    this.known.set(silo, known);
    if (known.askedAtMs !== undefined) return;
    known.askedAtMs = performance.now();
    const heard = (state: HealthState | undefined): void => {
      known.state = state ?? known.state;
      known.askedAtMs = undefined;
    };
    this.ask(fighter).then(() => heard(RUNNING), (error: unknown) => heard(stateOf(error)));
  }
}

/** As a player reads it. */
export function describeHealth(state: HealthState): string {
  if (state.kind === 'running') return 'running';
  return state.kind === 'away' ? 'coming back' : `degraded until ${new Date(state.untilMs).toLocaleTimeString('en-GB')}`;
}

/** `undefined`: the answer says nothing about it. */
function stateOf(error: unknown): HealthState | undefined {
  if (!(error instanceof ComponentCrashedError)) return undefined;
  return error.degradedUntil === undefined ? AWAY : { kind: 'degraded', untilMs: error.degradedUntil };
}

function rank(id: string, me: string): number {
  return id === me ? 0 : isBot(id) ? 1 : 2;
}
