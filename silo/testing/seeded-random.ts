/** A small seeded generator (mulberry32, Tommy Ettinger): the same seed gives the same numbers. */
export class SeededRandom {
  constructor(private state: number) {}

  /** 0 to below 1. */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };

  /** 0 to below `limit`, whole. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** So many hexadecimal digits. */
  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(16).toString(16)).join('');
  }

  /** A generator of its own, whose use does not change what this one gives. */
  fork(): SeededRandom {
    return new SeededRandom(this.below(2 ** 31));
  }
}
