// The options of the game's silo in a container: other silos reach it by the container's name. See docker-compose.yml.
import type { SiloOptions } from 'troupe/silo';
import silo from './silo.js';

const options: SiloOptions = {
  ...silo,
  listen: { host: '0.0.0.0' },
  advertise: `ws://${process.env['ARENA_HOST'] ?? 'localhost'}:11111`,
};

export default options;
