// The main loop's part in beats from a thread: here the thread is one that the test moves.
import { expect } from 'chai';
import type { SiloLoad } from '../../protocol/ports/membership.js';
import type { BeatingThread, ThreadListener, ThreadOrders } from '../../state/heartbeat-thread.js';
import type { LastAnswer } from '../../state/heartbeat.js';
import { Lease } from '../../state/lease.js';
import { SharedPulse } from '../../state/shared-pulse.js';
import { ThreadedHeartbeat } from '../../state/threaded-heartbeat.js';
import { FakeClock } from './fake-clock.js';
import { phase } from './phase.js';

class FakeThread implements BeatingThread {
  readonly loads: SiloLoad[] = [];
  stops = 0;
  private readonly pulse: SharedPulse;

  constructor(readonly orders: ThreadOrders, readonly listener: ThreadListener) {
    this.pulse = SharedPulse.open(orders.pulse);
  }

  tellLoad(load: SiloLoad): void {
    this.loads.push(load);
  }

  async stop(): Promise<void> {
    this.stops++;
  }

  /** A beat that was sent at the loop's last tick was answered. */
  beat(): void {
    this.pulse.extend(this.pulse.tickMs + this.orders.leaseMs);
  }
}

class Bench {
  readonly clock = new FakeClock();
  readonly lease = new Lease(this.clock, 1000);
  readonly ends: LastAnswer[] = [];
  readonly warnings: unknown[] = [];
  loopBeats = 0;
  thread: FakeThread | undefined;
  readonly heartbeat: ThreadedHeartbeat;

  constructor(canStart = true) {
    const table = {
      beat: () => {
        this.loopBeats++;
        return Promise.resolve({ status: 'ok' as const, epoch: 1 });
      },
      abandonBeat: () => undefined,
    };
    this.heartbeat = new ThreadedHeartbeat({
      incarnation: 'i', clock: this.clock, table, lease: this.lease, periodMs: 250, timeoutMs: 500, leaseMs: 1000,
      load: () => ({ cpu: 0, memory: 0, activations: this.loopBeats }),
      onTick: () => undefined,
      onEnd: (answer) => this.ends.push(answer),
    }, {
      source: 'redis://nowhere', cluster: 'c', log: { warn: (fields: unknown) => void this.warnings.push(fields) },
      startThread: (orders, listener) => {
        if (!canStart) throw new Error('no room for a thread');
        return (this.thread = new FakeThread(orders, listener));
      },
    });
    this.lease.renew(this.clock.monotonicMs());
    this.heartbeat.start('g');
  }

  /** One period passes; an answer to a beat of the loop is heard. */
  async pass(): Promise<void> {
    const beats = this.loopBeats;
    this.clock.advance(250);
    if (this.loopBeats > beats) await phase('the beat is heard', () => this.lease.validUntilMs === this.clock.monotonicMs() + 1000);
  }
}

describe('ThreadedHeartbeat', () => {
  it('hands the thread all it needs to beat for this incarnation', () => {
    const { thread, heartbeat } = new Bench();
    const { pulse, ...orders } = thread!.orders;
    expect(orders).to.deep.equal({ source: 'redis://nowhere', cluster: 'c', incarnation: 'i', genesis: 'g', periodMs: 250, timeoutMs: 500, leaseMs: 1000, loopLimitMs: 5000 });
    expect(pulse).to.be.instanceOf(SharedArrayBuffer);
    return heartbeat.stop();
  });

  it('leaves the beats to the thread while that has answers', async () => {
    const bench = new Bench();
    for (let periods = 0; periods < 20; periods++) {
      await bench.pass();
      bench.thread!.beat();
    }
    expect(bench.loopBeats).to.equal(0);
    expect(bench.lease.isValid).to.equal(true);
    await bench.heartbeat.stop();
  });

  it('H1: stands in when the last answer is half a lease old, so that the lease holds', async () => {
    const bench = new Bench();
    await bench.pass();
    expect(bench.loopBeats).to.equal(0);
    for (let periods = 0; periods < 19; periods++) {
      await bench.pass();
      expect(bench.lease.isValid).to.equal(true);
    }
    expect(bench.loopBeats).to.equal(10);
    await bench.heartbeat.stop();
  });

  it('H2: a thread that cannot be started is told of once, and the loop beats', async () => {
    const bench = new Bench(false);
    for (let periods = 0; periods < 4; periods++) await bench.pass();
    expect(bench.loopBeats).to.equal(4);
    expect(bench.warnings).to.have.length(1).and.have.nested.property('[0].err.message', 'no room for a thread');
    await bench.heartbeat.stop();
  });

  it('H2: so is one that ends', async () => {
    const bench = new Bench();
    await bench.pass();
    bench.thread!.listener.onFailure(new Error('it ended'));
    for (let periods = 0; periods < 4; periods++) await bench.pass();
    expect(bench.loopBeats).to.equal(4);
    expect(bench.warnings).to.have.length(1);
    await bench.heartbeat.stop();
  });

  it('tells the thread the load once a second', async () => {
    const bench = new Bench();
    for (let periods = 0; periods < 9; periods++) {
      await bench.pass();
      bench.thread!.beat();
    }
    expect(bench.thread!.loads).to.have.length(3);
    await bench.heartbeat.stop();
  });

  it('passes on that the incarnation is over, and nothing after it was stopped', async () => {
    const bench = new Bench();
    bench.thread!.listener.onEnd({ status: 'dead' });
    expect(bench.ends).to.deep.equal([{ status: 'dead' }]);
    await Promise.all([bench.heartbeat.stop(), bench.heartbeat.stop()]);
    bench.thread!.listener.onEnd({ status: 'dead' });
    bench.thread!.listener.onFailure(new Error('late'));
    expect([bench.ends.length, bench.warnings.length, bench.thread!.stops, bench.clock.armed]).to.deep.equal([1, 0, 1, 0]);
  });
});
