// The chat's silo.   node dist/examples/chat/silo.js [redis://…]   or   npm start -- --config ./dist/examples/chat/silo.js
import { fileURLToPath } from 'node:url';
import { startSilo, type SiloOptions } from 'troupe/silo';

const here = (path: string): URL => new URL(path, import.meta.url);

const options: SiloOptions = {
  cluster: 'chat',
  modules: [here('./actors/chatter.js'), here('./actors/room.js')],
  gateway: {
    port: 3000,
    // Anyone may chat. The page keeps the token that makes the same browser the same person again.
    authenticate: 'anonymous',
    // Every client belongs to the actor chatter/<its id>.
    session: 'chatter',
    limits: { callsPerSecond: 20 },
    page: here('./public/'),
  },
};

export default options;

// Run by itself, and not read by the command line.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const silo = await startSilo({ ...options, redis: process.argv[2] });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void silo.stop());
  console.log(`The chat is open at ${silo.gatewayAddress}`);
}
