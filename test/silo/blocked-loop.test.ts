import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Actor } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { acquireRedis } from '../support/redis-server.js';

@Actor({ name: 'busy' })
class Busy {
  block(ms: number): number {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return ms;
  }
}

const LONGER_THAN_A_LEASE_MS = 1500;
const ATTEMPTS = 8;

describe('a silo on Redis whose loop was blocked for longer than a lease', () => {
  it('keeps its lease by its helper thread: it answers the turn that blocked it, and takes the next call at once', async () => {
    await using redis = await acquireRedis();
    const silo = await startSilo({ cluster: `t-${randomUUID()}`, modules: [Busy], redis: redis.url, log: 'silent' });
    const outcomes: string[] = [];
    try {
      // The thread takes its time to start, on a busy machine more than one block. Without it every attempt fails.
      while (outcomes.at(-1) !== 'answered' && outcomes.length < ATTEMPTS) {
        const blocked = silo.actor(Busy, 'a').block(LONGER_THAN_A_LEASE_MS).then(() => silo.actor(Busy, 'b').block(0));
        outcomes.push(await blocked.then(() => 'answered', (error: Error) => error.message));
      }
      expect(outcomes.at(-1)).to.equal('answered');
    } finally {
      await silo.stop();
    }
  });
});
