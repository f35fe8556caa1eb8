// MemoryChainEnds. Owns: the ends of chains of the last 7 days.
import type { Clock } from '../protocol/ports/clock.js';
import type { ChainEnd, ChainEnds } from '../protocol/ports/message-records.js';
import { ExpiringMap } from './expiring-map.js';

const LIFE_MS = 7 * 24 * 3_600_000;

/** See `ChainEnds`. */
export class MemoryChainEnds implements ChainEnds {
  private readonly ends: ExpiringMap<ChainEnd>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.ends = new ExpiringMap(clock, LIFE_MS);
  }

  keep(id: string, { failed, payload }: ChainEnd): Promise<void> {
    this.ends.getOrAdd(id, () => ({ failed, payload }));
    return Promise.resolve();
  }

  find(id: string): Promise<ChainEnd | undefined> {
    return Promise.resolve(this.ends.get(id));
  }

  drop(id: string): Promise<void> {
    this.ends.delete(id);
    return Promise.resolve();
  }
}
