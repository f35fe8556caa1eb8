// MemoryChainEnds. Owns: the ends of chains of the last 7 days. Expired ones are swept when others come: no timer.
import type { Clock } from '../protocol/ports/clock.js';
import type { ChainEnd, ChainEnds } from '../protocol/ports/message-records.js';

const LIFE_MS = 7 * 24 * 3_600_000;

/** See `ChainEnds`. */
export class MemoryChainEnds implements ChainEnds {
  /** Oldest first. */
  private readonly ends = new Map<string, ChainEnd & { readonly expiresAtMs: number }>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  keep(id: string, { failed, payload }: ChainEnd): Promise<void> {
    this.sweep();
    if (!this.ends.has(id)) this.ends.set(id, { failed, payload, expiresAtMs: this.clock.now() + LIFE_MS });
    return Promise.resolve();
  }

  find(id: string): Promise<ChainEnd | undefined> {
    this.sweep();
    return Promise.resolve(this.ends.get(id));
  }

  drop(id: string): Promise<void> {
    this.ends.delete(id);
    return Promise.resolve();
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [id, { expiresAtMs }] of this.ends) {
      if (expiresAtMs > now) break;
      this.ends.delete(id);
    }
  }
}
