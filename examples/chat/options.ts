// The options of the chat's silo, also for the command line.   npm start -- --config ./dist/examples/chat/options.js
import type { SiloOptions } from 'troupe/silo';

const here = (path: string): URL => new URL(path, import.meta.url);

const options: SiloOptions = {
  cluster: 'chat',
  modules: [here('./actors/chatter.js'), here('./actors/room.js')],
  gateway: {
    port: Number(process.env['PORT'] ?? 3000),
    // Anyone may chat. The page keeps the token that makes the same browser the same person again.
    authenticate: 'anonymous',
    // Every client belongs to the actor chatter/<its id>.
    session: 'chatter',
    limits: { callsPerSecond: 20 },
    page: here('./public/'),
  },
};

export default options;
