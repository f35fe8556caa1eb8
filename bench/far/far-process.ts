// The far end of far-calls.ts: a silo with the counters. Speaks over IPC: once `{ silo }`; ends on 'stop'.
import { startSilo } from '../../silo/index.js';
import { FarCounter } from './actors.js';

const [redis, cluster] = process.argv.slice(2);
const silo = await startSilo({ modules: [FarCounter], redis: redis!, cluster: cluster!, log: 'error' });
process.on('message', () => void silo.stop().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(1));
process.send?.({ silo: silo.id });
