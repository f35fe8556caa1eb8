import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';

async function hoard(what: 'objects' | 'buffers', count: number, keeps: boolean): Promise<string> {
  const thread = new Worker(new URL('./hoarding-thread.js', import.meta.url), { workerData: { what, count, keeps }, resourceLimits: { maxOldGenerationSizeMb: 1200 } });
  const [told] = (await once(thread, 'message')) as [string];
  await thread.terminate();
  return told;
}

describe('the heap check of a thread', () => {
  for (const what of ['objects', 'buffers'] as const) {
    it(`ends a thread that holds more ${what} than its limit, and says how much`, async () => {
      expect(await hoard(what, 100, true)).to.match(/^it holds \d+ MB, more than 100 MB \(memoryLimitMb\)$/);
    });

    it(`does not count ${what} that are garbage, however many`, async () => {
      expect(await hoard(what, 300, false)).to.equal('well, with 0');
    });

    it(`leaves a thread alone that keeps ${what} within its limit`, async () => {
      expect(await hoard(what, 10, true)).to.equal('well, with 10');
    });
  }
});
