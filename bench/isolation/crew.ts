// What the bench of threaded calls calls: an actor with three components, each class in a thread of its own.
import { Actor, Component, ReadOnly, State } from '../../sdk/index.js';

@Component({ name: 'bench-adder' })
export class Adder {
  private value = 0;
  add(amount: number): number { return (this.value += amount); }
  @ReadOnly() read(): number { return this.value; }
}

@Component({ name: 'bench-saver' })
export class Saver {
  @State() value = 0;
  add(amount: number): number { return (this.value += amount); }
}

@Component({ name: 'bench-namer' })
export class Namer {
  @State() name = 'nobody';
  rename(name: string): string { return (this.name = name); }
}

@Actor({ name: 'bench-crew', components: [Adder, Saver, Namer] })
export class Crew {
  private value = 0;
  add(amount: number): number { return (this.value += amount); }
}
