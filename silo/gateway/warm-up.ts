import type { Codec } from '../../protocol/codec/index.js';
import { InvalidArgumentError } from '../../protocol/errors/index.js';
import type { PacedQueue } from '../../transport/paced-queue.js';

/** Enough for V8 to compile what it finds hot; some milliseconds in all. */
const ROUNDS = 60;
const LIMITS = { maxBytes: 65_536, maxDepth: 32, maxNodes: 10_000, allowReferences: false };

/** Some of everything that arguments can hold without classes of the user's. */
function samples(): readonly (readonly unknown[])[] {
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field${index}`, index]));
  return [
    [Array.from({ length: 40 }, (_, index) => [index])],
    [fields, { deep: { deeper: [fields] } }, 'text \ud800 text', -1.5, 2n ** 70n, new Date(0), undefined, null],
    [new Map<unknown, unknown>([[1, new Set(['a', 2])]]), new Uint16Array(4), new Array(3)],
    [Object.assign(new InvalidArgumentError('a sample'), fields), ...Array.from({ length: 10 }, () => new Error('a sample'))],
  ];
}

/**
 * Reads samples of what clients send, a little at a time, so that the first long message finds the codec's code compiled: read cold, it would hold
 * the event loop two to five times as long.
 */
export function warmUp(codec: Codec, queue: PacedQueue): void {
  const payloads = samples().map((args) => codec.encode(args, 'args'));
  for (let round = 0; round < ROUNDS; round++) {
    queue.add(() => {
      for (const payload of payloads) codec.decodeUntrusted(payload, LIMITS, 'args');
    });
  }
}
