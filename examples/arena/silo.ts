// The options of the game's silo.   npm start   or   troupe --config dist/examples/arena/silo.js
import type { SiloOptions } from 'troupe/silo';

const here = (path: string): URL => new URL(path, import.meta.url);

const options: SiloOptions = {
  cluster: 'arena',
  modules: [
    here('./actors/arena.js'), here('./actors/bot.js'), here('./actors/player.js'), here('./actors/scoreboard.js'),
    // No actor lists it: fighters get it while the game runs.
    here('./components/burning.js'),
    here('./services/path-finding.js'),
  ],
  gateway: {
    port: 3000,
    // Anyone may play. Who comes back with the token that the gateway gave is the same player again.
    authenticate: 'anonymous',
    // Every client belongs to the actor player/<its id>: connecting wakes it, and its public methods are for that client alone.
    session: 'player',
    page: here('./public/'),
  },
};

export default options;
