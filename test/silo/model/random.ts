export { SeededRandom as Random } from '../../../silo/testing/seeded-random.js';
