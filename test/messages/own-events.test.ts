import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { RecordingLogger } from '../support/memory-silo.js';

@ActorEvent('oe-happened')
class Happened {}

/** Handlers of a silo that dies in the middle of one. */
let areStuck = false;
let begun = 0;

@Actor({ name: 'oe-actor' })
class Own {
  @State() handled = 0;
  constructor(private readonly ctx: ActorContext<Own>) {}
  async happen(): Promise<void> {
    await this.ctx.emit(new Happened());
  }
  @On(Happened, { from: 'self' }) protected async onHappened(): Promise<void> {
    begun++;
    if (areStuck) await new Promise(() => undefined);
    this.handled++;
  }
  @ReadOnly() count(): number {
    return this.handled;
  }
}

describe('own events', () => {
  it('that a silo had not handled when it died wake their actor elsewhere, though nobody calls it', async () => {
    const cluster = await startTestCluster({ modules: [Own], silos: 3, seed: 5, log: new RecordingLogger() });
    [areStuck, begun] = [true, 0];
    await cluster.clock.until(cluster.actor(Own, 'a').happen(), '30s');
    await cluster.clock.advance('100ms');
    const host = cluster.silos.find((silo) => silo.activations().includes('oe-actor/a'))!;
    areStuck = false;
    cluster.kill(host.name);
    await cluster.clock.advance('20s');
    expect(begun, 'before anybody asks').to.equal(2);
    expect(await cluster.clock.until(cluster.actor(Own, 'a').count(), '30s')).to.equal(1);
    await cluster.stop();
  });
});
