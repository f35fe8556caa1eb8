// Permits. Owns: how many turns of one service may still begin on this silo.
//   P1. None is taken when as many are taken as there are; each that was taken is given back once.

/** A counter of turns at once. */
export class Permits {
  private inUse = 0;

  /** `limit`: how many there are, from now on when it is set anew; what is taken stays taken. */
  constructor(public limit: number) {}

  get taken(): number {
    return this.inUse;
  }

  get free(): number {
    return Math.max(0, this.limit - this.inUse);
  }

  /** False when all are taken. */
  tryTake(): boolean {
    if (this.inUse >= this.limit) return false;
    this.inUse++;
    return true;
  }

  /** One that was taken. */
  giveBack(): void {
    if (this.inUse === 0) throw new RangeError('a permit was given back that nobody had taken');
    this.inUse--;
  }
}
