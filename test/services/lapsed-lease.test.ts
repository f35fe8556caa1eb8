// Turns of services that cannot begin because the silo's lease went a moment ago, or its clocks disagree.
import { expect } from 'chai';
import { Service, type Handle, type ServiceContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const MANY = 1000;

@Service({ name: 'lapse-scales', isolation: 'inline', concurrency: 1 })
class Scales {
  static beforeNested: () => unknown = () => undefined;
  constructor(private readonly ctx: ServiceContext<Scales>) {}
  weigh(): string {
    return 'weighed';
  }
  async weighTwice(): Promise<string> {
    await Scales.beforeNested();
    return `${await this.ctx.service(Scales).weigh()} twice`;
  }
}

async function scene() {
  const clock = new VirtualClock();
  const silo = memorySilo([Scales], { clock });
  const scales = silo.runtime.service(Scales) as Handle<Scales>;
  expect(await clock.until(scales.weigh())).to.equal('weighed');
  const lease = { isValid: true, mayAccept: true, looks: 0, endsAfter: Infinity };
  Object.defineProperties(silo.membership, {
    mayAccept: { get: () => lease.mayAccept },
    isValid: {
      get: () => {
        if (++lease.looks > lease.endsAfter) lease.isValid = false;
        return lease.looks > MANY || lease.isValid;
      },
    },
  });
  return { clock, silo, scales, lease };
}

describe('a service whose silo may not begin turns', () => {
  it('does not try without end: its calls wait, and run when it may', async () => {
    const { clock, silo, scales, lease } = await scene();
    // As with a wall clock that was set back: calls would be accepted, turns do not begin.
    lease.isValid = false;
    const calls = [scales.weigh(), scales.weigh()];
    await clock.advance('500ms');
    expect(lease.looks).to.be.lessThan(MANY);
    lease.isValid = true;
    await clock.advance('2s');
    expect(await Promise.all(calls)).to.deep.equal(['weighed', 'weighed']);
    await clock.until(silo.runtime.stop());
  });

  it('lets the calls of its own turns go first when it may: those before them wait for these turns', async () => {
    const { clock, silo, scales, lease } = await scene();
    const began = gate();
    const goOn = gate();
    Scales.beforeNested = () => {
      began.open();
      return goOn.opened;
    };
    const ended: unknown[] = [];
    for (const call of [scales.weighTwice(), scales.weigh()]) void call.then((value) => ended.push(value));
    await clock.until(began.opened);
    lease.isValid = lease.mayAccept = false;
    goOn.open();
    await clock.advance('500ms');
    expect(ended).to.deep.equal([]);
    lease.isValid = lease.mayAccept = true;
    await clock.advance('2s');
    expect(ended).to.deep.equal(['weighed twice', 'weighed']);
    await clock.until(silo.runtime.stop());
  });

  it('does not forget the calls of its own turns, which need no permit', async () => {
    const { clock, silo, scales, lease } = await scene();
    // It may start, and a moment later it may not.
    Scales.beforeNested = () => void (lease.endsAfter = lease.looks + 1);
    const weighing = scales.weighTwice();
    await clock.advance('500ms');
    expect(lease.isValid).to.equal(false);
    [lease.isValid, lease.endsAfter] = [true, Infinity];
    let weighed: string | undefined;
    void weighing.then((value) => (weighed = value));
    await clock.advance('2s');
    expect(weighed).to.equal('weighed twice');
    await clock.until(silo.runtime.stop());
  });
});
