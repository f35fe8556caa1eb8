import { randomUUID } from 'node:crypto';
import type { Handle } from '../../sdk/index.js';
import { median } from '../support/rounds.js';
import type { Account } from './actors.js';

/** Milliseconds. */
export interface Latencies {
  readonly keyedP50: number;
  readonly durableP50: number;
  readonly ratio: number;
}

/** One call after the other to one actor on another silo, the kinds in turn: with an idempotency key, and durable. */
export async function latencies(account: Handle<Account>, samples: number): Promise<Latencies> {
  const keyed: number[] = [];
  const durable: number[] = [];
  for (let i = -Math.ceil(samples / 5); i < samples; i++) {
    const keyedMs = await timed(() => account.with({ idempotencyKey: randomUUID() }).touch());
    const durableMs = await timed(() => account.with({ durable: true }).touch());
    if (i < 0) continue;
    keyed.push(keyedMs);
    durable.push(durableMs);
  }
  const [keyedP50, durableP50] = [median(keyed), median(durable)].map((ms) => Math.round(ms * 1000) / 1000) as [number, number];
  return { keyedP50, durableP50, ratio: Math.round((durableP50 / keyedP50) * 100) / 100 };
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await call();
  return performance.now() - startMs;
}
