import type { Attack } from '../attack.js';
import { FLOODS } from './floods.js';
import { mutations } from './mutations.js';
import { PACKETS } from './packets.js';
import { PAYLOADS } from './payloads.js';

/** All attacks by name. The mutations run until they are through, the others until their time is up. */
export function attacks(isShort: boolean): Readonly<Record<string, () => Attack>> {
  const count = isShort ? 5000 : 100_000;
  return { ...PAYLOADS, ...PACKETS, ...FLOODS, [`${count.toLocaleString('en')} mutations`]: () => mutations(count, 20_260_101) };
}
