// The chat in a process of its own.   node dist/examples/chat/silo.js [redis://127.0.0.1:6379]
import { startSilo } from 'troupe/silo';
import options from './options.js';

const silo = await startSilo({ ...options, redis: process.argv[2] });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void silo.stop());
console.log(`The chat is open at ${silo.gatewayAddress}`);
console.log(`All tabs of a browser are one person. A second one: ${silo.gatewayAddress}/?as=bob`);
