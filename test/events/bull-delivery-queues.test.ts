import { BullDeliveryQueues } from '../../events/bull/bull-delivery-queues.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { deliveryQueuesContract } from '../contracts/delivery-queues.contract.js';
import { silentLog } from '../isolation/silent-log.js';
import { RedisBench } from '../state/redis-bench.js';

deliveryQueuesContract('BullMQ', async () => {
  const redis = await RedisBench.open();
  const clock = new SystemClock();
  return {
    open: () => BullDeliveryQueues.open({ source: redis.url, cluster: redis.cluster, clock, log: silentLog }),
    now: () => Date.now(), pass: () => undefined, dispose: () => redis.dispose(),
  };
});
