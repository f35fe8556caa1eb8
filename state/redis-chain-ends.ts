// RedisChainEnds. Owns nothing but names: the end of a chain is one value, gone after 7 days.
// With durability `replicated` it counts as kept once a replica has it: its outbox entry goes because of that.
import type { ChainEnd, ChainEnds } from '../protocol/ports/message-records.js';
import type { RedisExecutor } from './redis-executor.js';
import type { RedisKeys } from './redis-keys.js';
import { readBytes } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

const LIFE_MS = String(7 * 24 * 3_600_000);

/** See `ChainEnds`. */
export class RedisChainEnds implements ChainEnds {
  constructor(private readonly executor: RedisExecutor, private readonly kept: KeyedExecutor, private readonly keys: RedisKeys) {}

  async keep(id: string, { failed, payload }: ChainEnd): Promise<void> {
    const value = Buffer.concat([Buffer.from([failed ? 1 : 0]), payload]);
    await this.kept.run('keep-chain-end', [this.keys.chainEnd(id)], [value, LIFE_MS], true);
  }

  async find(id: string): Promise<ChainEnd | undefined> {
    const value = await this.executor.command('get', this.keys.chainEnd(id));
    if (value === null) return undefined;
    const bytes = readBytes(value);
    return { failed: bytes[0] === 1, payload: bytes.subarray(1) };
  }

  async drop(id: string): Promise<void> {
    await this.executor.command('unlink', this.keys.chainEnd(id));
  }
}
