import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ComponentCrashedError } from '../../protocol/errors/index.js';
import { startSilo } from '../../silo/index.js';
import { failure } from '../support/memory-silo.js';
import { Apart, Near, OnlySilo } from './fixtures/only-silo.js';
import { Swallower, Swallowing } from './fixtures/swallower.js';

const start = (fixture: string) => startSilo({ modules: [fileURLToPath(new URL(`./fixtures/${fixture}.js`, import.meta.url))], log: 'silent' });

describe('a thread', () => {
  it('that cannot start, as its modules load in the silo alone, is tried again a few times; then its component is degraded and says why, and all else goes on', async () => {
    await using silo = await start('only-silo');
    const actor = silo.actor(OnlySilo, 'a');
    const refused = await failure(actor.getComponent(Apart).hello());
    expect(refused).to.be.instanceOf(ComponentCrashedError);
    expect(refused.message).to.contain('this module needs the main thread');
    expect(refused.degradedUntil).to.be.a('number');
    expect([await actor.name(), await actor.getComponent(Near).hello()]).to.deep.equal(['a', 'hello']);
    const report = silo.statistics().threads.find(({ component }) => component === 'Apart')!;
    expect([report.state, report.crashes]).to.deep.equal(['degraded', 5]);
  });

  it('that keeps more and more over many turns is ended, though its handlers swallow every error', async () => {
    await using silo = await start('swallower');
    const hoarder = silo.actor(Swallowing, 's').getComponent(Swallower);
    const thread = () => silo.statistics().threads[0]!;
    // A little in each turn; then turns that keep nothing, until it was looked at. It may be ended in one of them, or between.
    for (let kept = 0; kept < 80; kept++) await hoarder.keep().catch(() => undefined);
    while (thread().crashes === 0) await hoarder.now().catch(() => undefined);
    expect(thread().lastError).to.match(/it holds \d+ MB, more than 64 MB \(memoryLimitMb\)$/);
    expect(await hoarder.now()).to.be.within(64, 80);
  });
});
