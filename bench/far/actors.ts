import { Actor, ReadOnly, State } from '../../sdk/index.js';

/** Lives on the far silo, which alone hosts it. */
@Actor({ name: 'far-counter', persistence: 'manual' })
export class FarCounter {
  @State() value = 0;
  add(n: number): number {
    return (this.value += n);
  }
  @ReadOnly() read(): number {
    return this.value;
  }
}

/** The near silo has to host something. */
@Actor({ name: 'near-guest' })
export class NearGuest {}
