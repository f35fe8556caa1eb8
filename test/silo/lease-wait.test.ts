// What waits for the silo's lease, at the moment when that is back.
import { expect } from 'chai';
import { Actor, CallTimeoutError, CancelledError } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { memorySilo } from '../support/memory-silo.js';

let runs = 0;
let onCancel: () => void = () => undefined;

@Actor({ name: 'lapse-gauge' })
class Gauge {
  private count = 0;
  add(): number {
    runs++;
    return ++this.count;
  }
  cancelOthers(): string {
    onCancel();
    return 'cancelled';
  }
}

/** Time passes in which nothing rings. */
class BlockedClock extends VirtualClock {
  blockedMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.blockedMs;
  }
}

/** In the order in which the calls ended. */
function noted(ended: unknown[], call: Promise<unknown>): void {
  call.then((value) => ended.push(value), (error: unknown) => ended.push(error));
}

function scene() {
  runs = 0;
  const clock = new BlockedClock();
  return { silo: memorySilo([Gauge], { clock }), clock, ended: [] as unknown[] };
}

describe('a call that waits for the lease and, when that is back,', () => {
  it('is cancelled by one that was there before, whose turn begins: it never runs', async () => {
    const { silo, clock, ended } = scene();
    await clock.until(silo.actor(Gauge, 'a').add());
    const controller = new AbortController();
    onCancel = () => controller.abort();
    silo.membership.isValid = false;
    noted(ended, silo.actor(Gauge, 'a').cancelOthers());
    noted(ended, silo.actor(Gauge, 'a').with({ signal: controller.signal }).add());
    silo.membership.isValid = true;
    await clock.advance('1s');
    expect(runs).to.equal(1);
    expect(ended).to.have.lengthOf(2).and.include('cancelled');
    expect(ended.find((each) => each instanceof CancelledError)).to.be.instanceOf(CancelledError);
    await clock.until(silo.runtime.stop());
  });

  it('is overdue by then, though the loop was blocked and nothing has rung: it never runs', async () => {
    const { silo, clock, ended } = scene();
    await clock.until(silo.actor(Gauge, 'a').add());
    silo.membership.isValid = false;
    noted(ended, silo.actor(Gauge, 'a').with({ timeout: '5s' }).add());
    await clock.advance('1s');
    clock.blockedMs += 10_000;
    silo.membership.isValid = true;
    noted(ended, silo.actor(Gauge, 'a').add());
    await clock.advance('1s');
    expect(runs).to.equal(2);
    expect(ended[0]).to.be.instanceOf(CallTimeoutError).and.have.property('message').that.matches(/it did not run$/);
    expect(ended[1]).to.equal(2);
    await clock.until(silo.runtime.stop());
  });
});
