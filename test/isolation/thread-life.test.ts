import { BroadcastChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { expect } from 'chai';
import { MemoryWatch } from '../../isolation/memory-watch.js';
import { ProcessMemory } from '../../isolation/process-memory.js';
import { packBatch, unpackBatch } from '../../isolation/packed-batch.js';
import { ThreadLife } from '../../isolation/thread-life.js';
import { CREATE, NAME, READY, RUN } from '../../isolation/thread-messages.js';
import { SystemClock } from '../../protocol/system-clock.js';

const clock = new SystemClock();
const module = new URL('./fixtures/chatter.js', import.meta.url).href;

describe('a thread', () => {
  it('is not heard any more once it was stopped, also of what it had said before', async () => {
    const heard: unknown[] = [];
    const said = new BroadcastChannel('chatter');
    let isReady!: () => void;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const memory = new MemoryWatch(clock, new ProcessMemory());
    const plan = { name: 'Chatter', modules: () => [module], memoryLimitMb: 256, turnLimitMs: 10_000, memory };
    const life = new ThreadLife(plan, { clock, scratchRoot: () => '/nowhere' }, {
      heard: (packed) => {
        const batch = unpackBatch(packed);
        heard.push(...batch.filter((_, at) => at === 0));
        if (batch[0] === READY) isReady();
      },
      died: () => heard.push('died'),
    });
    await ready;
    life.ready();
    const batch = [CREATE, 1, 'town', 't1', 'Chatter', 'Chatter', undefined, '', undefined, NAME, 0, 'chat', RUN, 1, 1, 0, [], Infinity, undefined, 0, undefined];
    life.post(packBatch(batch, batch.length));
    // In this very turn of the loop: what the thread has said meanwhile waits in the port.
    while (!receiveMessageOnPort(said as unknown as MessagePort));
    const ended = life.end();
    said.close();
    await ended;
    memory.stop();
    expect(heard).to.deep.equal([READY]);
  });
});
