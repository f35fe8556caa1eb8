// GenesisCheck. Owns: the question whether the store is still the one that this silo joined, asked for actors whose rows look new. An emptied
// store has no rows, and is found out by the next beat only.
// Of a Redis Cluster only the loss of the genesis's own node is noticed, as by the beats.
//   G1. Redis is asked after whoever wants to know has read what looks new: a store that was emptied before has lost its genesis then.
//   G2. All who want to know within one tick share a question.
import { SiloUnavailableError } from '../protocol/errors/index.js';
import type { RedisExecutor } from './redis-executor.js';
import { readText } from './redis-replies.js';

export class GenesisCheck {
  /** As this silo found it when it joined; nothing is asked before. */
  expected: string | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly executor: RedisExecutor, private readonly key: string) {}

  /** Rejects with `SiloUnavailableError` when the store is another one. */
  confirm(): Promise<void> {
    if (this.expected === undefined) return Promise.resolve();
    return (this.next ??= this.ask(this.expected));
  }

  private async ask(expected: string): Promise<void> {
    // G2. Replies of one tick come in several microtasks.
    await new Promise((resolve) => void setImmediate(resolve));
    this.next = undefined;
    const reply = await this.executor.command('get', this.key);
    const found = reply === null ? undefined : readText(reply);
    if (found === expected) return;
    throw new SiloUnavailableError(`the store was emptied or is another one than this silo joined: genesis ${found ?? 'missing'}, expected ${expected}; nothing ran`);
  }
}
