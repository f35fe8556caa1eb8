// A thread that takes memory without end, or makes garbage without end, in one stretch.
import { parentPort } from 'node:worker_threads';
import { ownThreadId } from '../../isolation/thread/own-thread-id.js';

parentPort!.on('message', (what: string) => {
  const kept: unknown[] = [];
  for (;;) {
    const garbage = Array.from({ length: 1000 }, (_, index) => ({ index }));
    if (what === 'grow') kept.push(garbage, Buffer.alloc(1_000_000, 1));
  }
});
parentPort!.postMessage(ownThreadId());
