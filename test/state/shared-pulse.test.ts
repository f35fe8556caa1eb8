import { expect } from 'chai';
import { ProcessClock } from '../../protocol/process-clock.js';
import { SystemClock } from '../../protocol/system-clock.js';
import { Lease } from '../../state/lease.js';
import { REVOKED, SharedPulse } from '../../state/shared-pulse.js';
import { FakeClock } from './fake-clock.js';

describe('SharedPulse', () => {
  it('U1: hands the tick to the thread and the end to the loop, each on its own clock and never too late', () => {
    const [loopClock, threadClock] = [new SystemClock(), new ProcessClock()];
    const loop = SharedPulse.create(loopClock);
    const thread = SharedPulse.open(loop.buffer);
    const before = threadClock.monotonicMs();
    loop.tick(loopClock.monotonicMs());
    expect(thread.tickMs).to.be.within(before - 0.001, threadClock.monotonicMs() + 1);
    const earliest = loopClock.monotonicMs() + 1000;
    thread.extend(threadClock.monotonicMs() + 1000);
    expect(loop.endMs).to.be.within(earliest - 1, loopClock.monotonicMs() + 1000);
  });

  it('U2: a version is a new end; after very many it counts from the start and is never taken for revoked', () => {
    const loop = SharedPulse.create(new FakeClock());
    const thread = SharedPulse.open(loop.buffer);
    expect(loop.version).to.equal(0);
    thread.extend(1);
    expect([loop.version, loop.glance]).to.deep.equal([1, 1]);
    Atomics.store(new Int32Array(loop.buffer), 4, 2 ** 31 - 1);
    thread.extend(2);
    expect(loop.version).to.equal(0);
  });

  it('U3: revoked stays revoked', () => {
    const loop = SharedPulse.create(new FakeClock());
    const thread = SharedPulse.open(loop.buffer);
    thread.extend(1000);
    thread.revoke();
    thread.extend(2000);
    expect(loop.version).to.equal(REVOKED);
  });
});

describe('a lease that follows a pulse', () => {
  const LENGTH_MS = 1000;
  const make = () => {
    const clock = new FakeClock();
    const lease = new Lease(clock, LENGTH_MS);
    const pulse = {
      version: 0, endMs: 0,
      get glance() {
        return this.version;
      },
    };
    lease.follow(pulse);
    lease.renew(clock.monotonicMs());
    /** The thread had an answer to a beat that it sent now. */
    const beat = () => {
      pulse.endMs = clock.monotonicMs() + LENGTH_MS;
      pulse.version++;
    };
    return { clock, lease, pulse, beat };
  };

  it('is valid at once after a block in which the thread renewed it, by every way to ask', () => {
    for (const ask of [(lease: Lease) => lease.isValid, (lease: Lease) => lease.mayAccept, (lease: Lease) => lease.validUntilMs > 3500]) {
      const { clock, lease, beat } = make();
      clock.advance(3000);
      beat();
      clock.advance(500);
      expect(ask(lease), String(ask)).to.equal(true);
    }
  });

  it('L1: ends when the thread last said', () => {
    const { clock, lease, beat } = make();
    beat();
    clock.advance(LENGTH_MS - 1);
    expect([lease.isValid, lease.mayAccept]).to.deep.equal([true, true]);
    clock.advance(1);
    expect([lease.isValid, lease.mayAccept]).to.deep.equal([false, false]);
  });

  it('L2: a beat that was sent before a drift was noticed does not open it again', () => {
    const { clock, lease, pulse, beat } = make();
    clock.advance(100);
    beat();
    clock.advance(100);
    clock.jump(10_000);
    expect(lease.isValid).to.equal(false);
    lease.checkDrift();
    pulse.version++;
    expect(lease.isValid).to.equal(false);
    beat();
    expect(lease.isValid).to.equal(true);
  });

  it('L3: revoked by the thread it ends at once and for ever', () => {
    const { clock, lease, pulse, beat } = make();
    beat();
    pulse.version = REVOKED;
    expect([lease.isValid, lease.mayAccept, lease.validUntilMs]).to.deep.equal([false, false, -Infinity]);
    beat();
    lease.renew(clock.monotonicMs());
    expect(lease.isValid).to.equal(false);
  });

  it('L4: a block shorter than the lease is no new term, a longer one is', () => {
    const { clock, lease, beat } = make();
    const { term } = lease;
    clock.advance(LENGTH_MS - 1);
    beat();
    expect([lease.isValid, lease.term - term]).to.deep.equal([true, 0]);
    clock.advance(LENGTH_MS);
    beat();
    expect([lease.isValid, lease.term - term]).to.deep.equal([true, 1]);
  });
});
