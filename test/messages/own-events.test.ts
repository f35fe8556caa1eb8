import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { RecordingLogger, memorySilo } from '../support/memory-silo.js';

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

@ActorEvent('oe-failed')
class Failing {
  constructor(readonly what: string) {}
}

@Actor({ name: 'oe-failing' })
class FailingOwn {
  static failures = 0;
  @State() handled: string[] = [];
  constructor(private readonly ctx: ActorContext<FailingOwn>) {}
  async happen(what: string): Promise<void> {
    await this.ctx.emit(new Failing(what));
  }
  @On(Failing, { from: 'self', attempts: 2, backoff: '1s' }) protected onFailing({ what }: Failing): void {
    this.handled.push(what);
    if (FailingOwn.failures-- > 0) throw new RangeError('not now');
  }
  @ReadOnly() all(): string[] {
    return this.handled;
  }
}

describe('own events', () => {
  it('that fail to the last attempt are dead letters, those behind them are handled, and they can be sent anew', async () => {
    const [clock, store] = [new VirtualClock(), new MemoryStateStore()];
    const { actor, runtime } = memorySilo([FailingOwn], { clock, store });
    FailingOwn.failures = 2;
    await actor(FailingOwn, 'a').happen('first');
    await actor(FailingOwn, 'a').happen('second');
    await clock.advance('5s');
    expect(await actor(FailingOwn, 'a').all()).to.deep.equal(['second']);
    const { letters } = await runtime.messages.letters.list();
    expect(letters.map(({ id: _, at: __, ...letter }) => letter)).to.deep.equal([
      { target: { type: 'oe-failing', key: 'a' }, event: 'oe-failed', attempts: 2, error: { name: 'RangeError', message: 'not now' } },
    ]);
    expect(await store.outbox({ type: 'oe-failing', key: 'a' }, 10)).to.deep.equal([]);
    expect(runtime.statistics.deadLetters).to.equal(1);
    expect(await runtime.messages.letters.retry(letters[0]!.id)).to.equal(true);
    await clock.advance('1s');
    expect(await actor(FailingOwn, 'a').all()).to.deep.equal(['second', 'first']);
    expect(await runtime.messages.letters.count()).to.equal(0);
    await runtime.stop();
  });

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
