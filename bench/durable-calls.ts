// Durable calls among silos in processes of their own on a real Redis, which are killed: is each applied once, does who waits or asks again get its result, and
// what does one cost beside a call with an idempotency key.
//   node dist/bench/durable-calls.js [--short] [--seed 7] [--kills 30] [--calls 2000] [--redis-cluster]
import { parseArgs } from 'node:util';
import { throughKills } from './durable-calls/through-kills.js';
import { DescribedRedis } from './fleet/fleet-redis.js';
import { finish } from './support/report.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false }, seed: { type: 'string', default: '7' }, kills: { type: 'string' }, calls: { type: 'string' },
    'redis-cluster': { type: 'boolean', default: false },
  },
});
const sizes = values.short ? { calls: 200, kills: 2, samples: 100 } : { calls: 2000, kills: 30, samples: 500 };
const settings = {
  seed: Number(values.seed), silos: 3, accounts: 40, clerks: 20, width: 16, samples: sizes.samples, kills: Number(values.kills ?? sizes.kills), calls: Number(values.calls ?? sizes.calls),
};
const redis = values['redis-cluster'] ? await DescribedRedis.cluster() : undefined;
const { figures, goals } = await throughKills({ ...settings, on: redis });
finish({ bench: 'durable-calls', settings: { ...settings, redis: redis ? 'cluster' : 'one', node: process.version }, figures, goals });
await redis?.[Symbol.asyncDispose]();
process.exit();
