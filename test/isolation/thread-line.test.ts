import { Worker, type MessagePort } from 'node:worker_threads';
import { expect } from 'chai';
import { HEARD, MOST_UNHEARD, SHARED_WORDS } from '../../isolation/thread-messages.js';
import { ThreadLine } from '../../isolation/thread/thread-line.js';
import { createCodec } from '../../protocol/codec/index.js';

const MORE = 500;
/** A silo that reads nothing until the thread stands still: it is told when `MOST_UNHEARD` were said, and reads all that can have been. */
const READER = `
  const { workerData: { shared, told, count } } = require('node:worker_threads');
  Atomics.wait(told, 0, 0);
  Atomics.add(shared, ${HEARD}, count);
  Atomics.notify(shared, ${HEARD});
`;

describe('what a thread says', () => {
  it('waits for its silo once that is far behind', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
    const told = new Int32Array(new SharedArrayBuffer(4));
    const reader = new Worker(READER, { eval: true, workerData: { shared, told, count: MOST_UNHEARD } });
    const port = { postMessage: (): void => undefined };
    const line = new ThreadLine(port as unknown as MessagePort, () => createCodec(), shared);
    for (let said = 0; said < MOST_UNHEARD; said++) line.say(1, 'end', ['deactivate']);
    Atomics.store(told, 0, 1);
    Atomics.notify(told, 0);
    for (let said = 0; said < MORE; said++) line.say(1, 'end', ['deactivate']);
    // It came so far only because somebody has read.
    expect(shared[HEARD]).to.equal(MOST_UNHEARD);
    await reader.terminate();
  });
});
