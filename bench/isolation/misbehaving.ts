// The actors of the campaign: each has a component that misbehaves in a thread of its class, one in a thread of its own, and an innocent one.
import { Actor, Component, ReadOnly, State } from '../../sdk/index.js';
import { MISDEEDS, type MisdeedName } from './misdeeds.js';

abstract class Wayward {
  add(amount: number): number {
    return (this.count += amount);
  }
  @ReadOnly() read(): number {
    return this.count;
  }
  /** Changes its state first: nothing of that may be seen afterwards. */
  async misbehave(name: MisdeedName): Promise<unknown> {
    this.count += 1000;
    return MISDEEDS[name].run();
  }
  abstract count: number;
}

@Component({ name: 'shared', isolation: 'worker', turnLimit: '500ms', memoryLimitMb: 128 })
export class Shared extends Wayward {
  @State() count = 0;
}

@Component({ name: 'alone', isolation: 'dedicated', turnLimit: '500ms', memoryLimitMb: 128 })
export class Alone extends Wayward {
  @State() count = 0;
}

@Component({ name: 'innocent', isolation: 'worker' })
export class Innocent {
  @State() count = 0;
  add(amount: number): number {
    return (this.count += amount);
  }
}

@Actor({ name: 'crowd', components: [Shared, Alone, Innocent] })
export class Crowd {
  @State() count = 0;
  add(amount: number): number {
    return (this.count += amount);
  }
}
