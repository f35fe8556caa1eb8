import type { Clock } from '../protocol/ports/clock.js';

/** What is kept for the same time each, from when it came. What has expired is swept when others come or are looked for: no timer. */
export class ExpiringMap<V> {
  /** Oldest first. */
  private readonly entries = new Map<string, { readonly value: V; readonly expiresAtMs: number }>();

  constructor(private readonly clock: Pick<Clock, 'now'>, private readonly lifeMs: number) {}

  get(key: string): V | undefined {
    this.sweep();
    return this.entries.get(key)?.value;
  }

  /** What stands there; else what `make` gives, from now on. */
  getOrAdd(key: string, make: () => V): V {
    const present = this.get(key);
    if (present !== undefined) return present;
    const value = make();
    this.entries.set(key, { value, expiresAtMs: this.clock.now() + this.lifeMs });
    return value;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [key, { expiresAtMs }] of this.entries) {
      if (expiresAtMs > now) break;
      this.entries.delete(key);
    }
  }
}
