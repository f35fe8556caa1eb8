import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';
import { RecordingLogger } from '../support/memory-silo.js';

@ActorEvent('cm-numbered')
class Numbered {
  constructor(readonly of: string, readonly n: number) {}
}

@Actor({ name: 'cm-source' })
class Source {
  @State() sent = 0;
  constructor(private readonly ctx: ActorContext<Source>) {}
  /** Tells and emits the next `count` numbers. */
  async go(count: number, targets: number): Promise<number> {
    for (let i = 0; i < count; i++) {
      const n = this.sent++;
      await this.ctx.actor(Sink, `k${n % targets}`).tell.take(this.ctx.key, n);
      await this.ctx.emit(new Numbered(this.ctx.key, n));
    }
    return this.sent;
  }
  @ReadOnly() count(): number {
    return this.sent;
  }
}

@Actor({ name: 'cm-sink' })
class Sink {
  @State() told: [of: string, n: number][] = [];
  @State() heard: [of: string, n: number][] = [];
  constructor(private readonly ctx: ActorContext<Sink>) {}
  async listenTo(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.ctx.bind(this.ctx.actor(Source, key), Numbered);
  }
  take(of: string, n: number): void {
    this.told.push([of, n]);
  }
  @On(Numbered) protected onNumbered({ of, n }: Numbered): void {
    this.heard.push([of, n]);
  }
  @ReadOnly() all(): { told: [string, number][]; heard: [string, number][] } {
    return { told: this.told, heard: this.heard };
  }
}

const SOURCES = ['a', 'b', 'c', 'd'];
const SINKS = 3;

/** Sources send numbers while something happens; how many each has committed. */
async function sending(cluster: TestCluster, meanwhile: (round: number) => Promise<void>): Promise<ReadonlyMap<string, number>> {
  for (let k = 0; k < SINKS; k++) await cluster.clock.until(cluster.actor(Sink, `k${k}`).listenTo(SOURCES), '30s');
  for (let round = 0; round < 6; round++) {
    const sent = SOURCES.map((key) => cluster.actor(Source, key).go(5, SINKS).catch(() => undefined));
    await meanwhile(round);
    await cluster.clock.until(Promise.all(sent), '60s');
  }
  const counts = new Map<string, number>();
  for (const key of SOURCES) counts.set(key, await cluster.clock.until(cluster.actor(Source, key).count(), '30s'));
  return counts;
}

/** Everything that was committed has arrived once, in order. */
async function check(cluster: TestCluster, counts: ReadonlyMap<string, number>): Promise<void> {
  await cluster.clock.advance('60s');
  for (let k = 0; k < SINKS; k++) {
    const { told, heard } = await cluster.clock.until(cluster.actor(Sink, `k${k}`).all(), '30s');
    for (const [key, count] of counts) {
      const numbers = Array.from({ length: count }, (_, n) => n);
      expect(told.filter(([of]) => of === key).map(([, n]) => n), `told by ${key} to k${k}`).to.deep.equal(numbers.filter((n) => n % SINKS === k));
      expect(heard.filter(([of]) => of === key).map(([, n]) => n), `heard from ${key} by k${k}`).to.deep.equal(numbers);
    }
  }
}

describe('messages among silos', () => {
  for (const seed of [1, 2, 3]) {
    it(`arrive once and in order, also those of silos that are killed and of those that leave (seed ${seed})`, async () => {
      const cluster = await startTestCluster({ modules: [Source, Sink], silos: 3, seed, log: new RecordingLogger() });
      const counts = await sending(cluster, async (round) => {
        await cluster.clock.advance(1 + round * 3);
        const name = cluster.silos[round % 3]!.name;
        if (round % 2 === 0) cluster.kill(name);
        else await cluster.clock.until(cluster.silo(name).stop(), '60s');
        await cluster.clock.advance('5s');
        await cluster.restart(name);
      });
      await check(cluster, counts);
      await cluster.stop();
    });
  }

  it('that a silo had stored and not sent on when it died are sent on by others, though nobody calls their sender', async () => {
    const cluster = await startTestCluster({ modules: [Source, Sink], silos: 3, seed: 7, log: new RecordingLogger() });
    await cluster.clock.until(cluster.actor(Sink, 'k0').listenTo(['a']), '30s');
    await cluster.clock.until(cluster.actor(Source, 'a').count(), '30s');
    const host = cluster.silos.find((silo) => silo.activations().includes('cm-source/a'))!;
    // Whatever it sends on from now on never gets to the queues.
    host.runtime.messages.outbound.add = () => new Promise(() => undefined);
    expect(await cluster.clock.until(cluster.actor(Source, 'a').go(4, 1), '30s')).to.equal(4);
    const outside = cluster.clock.until(host.actor(Sink, 'k0').tell.take('outside', 0), '30s');
    await outside;
    cluster.kill(host.name);
    await cluster.clock.advance('20s');
    const { told, heard } = await cluster.clock.until(cluster.actor(Sink, 'k0').all(), '30s');
    expect(told.filter(([of]) => of === 'a').map(([, n]) => n)).to.deep.equal([0, 1, 2, 3]);
    expect(heard.map(([, n]) => n)).to.deep.equal([0, 1, 2, 3]);
    expect(told.filter(([of]) => of === 'outside')).to.have.length(1);
    await cluster.stop();
  });
});
