import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestProcess } from '../support/processes.js';

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).href;
const LOADED = "(await import('node:module')).createRequire(import.meta.url).cache";

/** How many files of BullMQ a process has loaded when it has run the program. */
async function filesLoadedBy(program: string): Promise<number> {
  const count = `console.log('files', Object.keys(${LOADED}).filter((file) => file.includes('node_modules/bullmq/')).length); process.exit(0);`;
  await using child = new TestProcess(['--input-type=module', '-e', `${program}; ${count}`], { cwd: fileURLToPath(new URL('../../../', import.meta.url)) });
  return Number((await child.waitForOutput(/^files (\d+)$/m))[1]);
}

describe('BullMQ', () => {
  it('is loaded by whoever opens queues in Redis, and not by the silo, its queues in memory, or a thread', async () => {
    const [silo, memory, thread, redis] = await Promise.all([
      filesLoadedBy(`const { startSilo } = await import('${at('silo/index.js')}'); await startSilo({ modules: [${JSON.stringify(at('test/cli/fixtures/player.fixture.js'))}], log: 'silent' })`),
      filesLoadedBy(`await import('${at('events/memory-delivery-queues.js')}'); await import('${at('events/partitions.js')}'); await import('${at('events/open-delivery-queues.js')}')`),
      filesLoadedBy(`await import('${at('isolation/thread/component-worker.js')}').catch(() => undefined)`),
      filesLoadedBy(`await import('${at('events/bull/bull-delivery-queues.js')}')`),
    ]);
    expect({ silo, memory, thread }).to.deep.equal({ silo: 0, memory: 0, thread: 0 });
    expect(redis).to.be.greaterThan(20);
  });
});
