import { Actor, Component, State } from '../../sdk/index.js';
import type { Duration } from '../../protocol/duration.js';

/** An actor type that benchmarks can wake. */
export interface Wakeable {
  ping(): number;
}

export type WakeableClass = new (...args: never[]) => Wakeable;

/** What the actors carry: nothing; one saved number that never changes; one component without state. */
export const VARIANTS = ['plain', 'state', 'component'] as const;

export type Variant = (typeof VARIANTS)[number];

@Component({ isolation: 'inline' })
class Idler {
  ping(): number {
    return 1;
  }
}

/** A class of the variant; every call makes another one. */
export function wakeableClass(variant: Variant, idleAfter: Duration): WakeableClass {
  if (variant === 'state') return stateful(idleAfter);
  return variant === 'component' ? composed(idleAfter) : plain(idleAfter);
}

function plain(idleAfter: Duration): WakeableClass {
  @Actor({ name: 'bench-plain', idleAfter })
  class Plain {
    ping(): number {
      return 1;
    }
  }
  return Plain;
}

function stateful(idleAfter: Duration): WakeableClass {
  @Actor({ name: 'bench-stateful', idleAfter })
  class Stateful {
    @State() level = 1;
    ping(): number {
      return this.level;
    }
  }
  return Stateful;
}

function composed(idleAfter: Duration): WakeableClass {
  @Actor({ name: 'bench-composed', idleAfter, components: [Idler] })
  class Composed {
    ping(): number {
      return 1;
    }
  }
  return Composed;
}
