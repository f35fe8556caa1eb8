// RedisBroadcastTrackers. Owns nothing but names: a tracker is a hash, three bitmaps and the first failures, in one hash slot, and gone after 24 h.
// With durability `replicated` reports are answered once a replica has them: nobody makes them again.
import type { BroadcastCounts, BroadcastFailure, BroadcastStatus, BroadcastTrackers } from '../protocol/ports/message-records.js';
import { toBuffer } from './commit-arguments.js';
import { checkOrdinals } from './ordinals.js';
import type { RedisArgument } from './redis-client.js';
import type { RedisExecutor } from './redis-executor.js';
import type { RedisKeys } from './redis-keys.js';
import { readBytes, readList, readText } from './redis-replies.js';
import type { KeyedExecutor } from './replicated-executor.js';

const LIFE_MS = String(24 * 3_600_000);
const MOST_FAILURES = '100';

interface Report {
  readonly total?: number;
  readonly received?: readonly number[];
  readonly processed?: readonly number[];
  readonly failures?: readonly BroadcastFailure[];
}

/** See `BroadcastTrackers`. */
export class RedisBroadcastTrackers implements BroadcastTrackers {
  constructor(private readonly executor: RedisExecutor, private readonly kept: KeyedExecutor, private readonly keys: RedisKeys) {}

  async open(id: string, info: Uint8Array): Promise<void> {
    await this.kept.run('open-tracker', [this.keys.tracker(id).tracker], [toBuffer(info), LIFE_MS], true);
  }

  expanded(id: string, total: number): Promise<BroadcastCounts | undefined> {
    return this.update(id, { total });
  }

  received(id: string, ordinals: readonly number[]): Promise<BroadcastCounts | undefined> {
    return this.update(id, { received: ordinals });
  }

  processed(id: string, ordinals: readonly number[], failures: readonly BroadcastFailure[] = []): Promise<BroadcastCounts | undefined> {
    return this.update(id, { processed: ordinals, failures });
  }

  async status(id: string): Promise<BroadcastStatus | undefined> {
    const reply = readList(await this.executor.run('read-tracker', this.named(id), []));
    const counts = readCounts(reply);
    const [info, ...failures] = reply.slice(4);
    return counts && { ...counts, info: readBytes(info), failed: failures.map((record) => JSON.parse(readText(record)) as BroadcastFailure) };
  }

  private async update(id: string, { total, received = [], processed = [], failures = [] }: Report): Promise<BroadcastCounts | undefined> {
    checkOrdinals([...received, ...processed, ...failures.map(({ ordinal }) => ordinal)]);
    const args: RedisArgument[] = [total === undefined ? '' : String(total), MOST_FAILURES, String(received.length), String(processed.length)];
    for (const ordinal of received) args.push(String(ordinal));
    for (const ordinal of processed) args.push(String(ordinal));
    for (const { ordinal, listener, error: { name, message } } of failures) args.push(String(ordinal), JSON.stringify({ ordinal, listener, error: { name, message } }));
    return readCounts(readList(await this.kept.run('update-tracker', this.named(id), args, true)));
  }

  private named(id: string): readonly string[] {
    const { tracker, received, processed, failed, failures } = this.keys.tracker(id);
    return [tracker, received, processed, failed, failures];
  }
}

function readCounts([total, received, processed, failedCount]: readonly unknown[]): BroadcastCounts | undefined {
  if (total === undefined) return undefined;
  const counts = { received: Number(received), processed: Number(processed), failedCount: Number(failedCount) };
  return readText(total) === '' ? counts : { total: Number(readText(total)), ...counts };
}
