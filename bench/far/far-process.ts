// The far end of far-calls.ts: a silo with the counters. Speaks over IPC: once `{ silo }`; `{ profileMs }` is answered with what its time went to
// meanwhile; ends on 'stop'.
import { setTimeout as pause } from 'node:timers/promises';
import { startSilo } from '../../silo/index.js';
import { profile } from '../support/cpu-profile.js';
import { FarCounter } from './actors.js';

const [redis, cluster] = process.argv.slice(2);
const silo = await startSilo({ modules: [FarCounter], redis: redis!, cluster: cluster!, log: 'error' });
process.on('message', (message: 'stop' | { readonly profileMs: number }) => {
  if (message === 'stop') void silo.stop().then(() => process.exit(0));
  else void profile(() => pause(message.profileMs)).then((entries) => process.send?.(entries));
});
process.on('disconnect', () => process.exit(1));
process.send?.({ silo: silo.id });
