// Another silo of messages.ts and broadcast.ts, in a process of its own. Speaks over IPC: once `{ arrived: 0 }`; each question is answered with how
// many messages its listeners have handled; ends on 'stop'.
import { startSilo } from '../../silo/index.js';
import { redisSource } from '../support/bench-redis.js';
import { arrivals, Hearer, Sink, Source } from './actors.js';

const [redis, cluster, hearersOnly] = process.argv.slice(2);
const silo = await startSilo({ modules: hearersOnly === undefined ? [Source, Sink] : [Hearer], redis: redisSource(redis!), cluster: cluster!, log: 'error' });
process.on('message', (message) => {
  if (message === 'stop') void silo.stop().then(() => process.exit(0));
  else process.send?.({ arrived: arrivals.count });
});
process.on('disconnect', () => process.exit(1));
process.send?.({ arrived: 0 });
