import type { Browser } from 'playwright-core';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { launchChromium } from './arena-tab.js';

/** What the tests of a page share, while they run. */
export interface Stage {
  readonly browser: Browser;
  readonly redis: TestRedis;
}

/** A browser and a Redis for the tests of the suite around it. */
export function stage(): Stage {
  const set: { browser: Browser; redis: TestRedis } = { browser: undefined as never, redis: undefined as never };
  before(async () => {
    set.redis = await acquireRedis();
    set.browser = await launchChromium();
  });
  after(async () => {
    await set.browser.close();
    await set.redis.stop();
  });
  return set;
}
