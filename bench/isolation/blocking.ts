// The actors of blocking-component: a component that blocks its thread, and others that have nothing to do with it.
import { Actor, Component, ReadOnly, State } from '../../sdk/index.js';

@Component({ name: 'blocker', isolation: 'worker', turnLimit: '1m' })
export class Blocker {
  /** Computes for so long without letting go of its thread; returns how often it looked at the clock. */
  block(milliseconds: number): number {
    let looks = 0;
    for (const end = performance.now() + milliseconds; performance.now() < end; looks++);
    return looks;
  }
}

@Component({ name: 'neighbour', isolation: 'worker' })
export class Neighbour {
  @State() count = 0;
  add(amount: number): number {
    return (this.count += amount);
  }
  @ReadOnly() read(): number {
    return this.count;
  }
}

@Actor({ name: 'street', components: [Blocker, Neighbour] })
export class Street {
  @State() count = 0;
  add(amount: number): number {
    return (this.count += amount);
  }
}
