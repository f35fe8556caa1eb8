import type { Attack } from '../attack.js';
import { FLOODS } from './floods.js';
import { mutations } from './mutations.js';
import { PACKETS } from './packets.js';
import { PAYLOADS } from './payloads.js';

/** Together 100,000; a batch is run again alone by its name, with the same bytes. */
const BATCH = 5000;
const BATCHES = 20;
const SEED = 20_260_101;

/** All attacks by name. The mutations run until they are through, the others until their time is up. */
export function attacks(isShort: boolean): Readonly<Record<string, () => Attack>> {
  const batches = isShort ? 1 : BATCHES;
  const mutated = Object.fromEntries(Array.from({ length: batches }, (_, index) => [`${BATCH.toLocaleString('en')} mutations, ${index + 1} of ${batches}`, () => mutations(BATCH, SEED + index)]));
  return { ...PAYLOADS, ...PACKETS, ...FLOODS, ...mutated };
}
