import { expect } from 'chai';
import { Actor, CallTimeoutError, RateLimitedError, State, type ActorContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Account, WatchedStore } from './account.js';

let entered = gate();
let hold = gate();

@Actor({ name: 'upkeep-old', idleAfter: '7d' })
class Old {
  ping(): string {
    return 'pong';
  }
}

@Actor({ name: 'upkeep-young', idleAfter: '10s' })
class Young {
  @State() value = 0;
  constructor(private readonly ctx: ActorContext<Young>) {}
  ping(): string {
    return 'pong';
  }
  async block(): Promise<void> {
    entered.open();
    await hold.opened;
  }
  async blockForEver(): Promise<void> {
    await new Promise(() => undefined);
  }
  async signalAfter(): Promise<boolean> {
    entered.open();
    await hold.opened;
    return this.ctx.call.signal.aborted;
  }
  async reportSignal(report: string): Promise<void> {
    seen.set(report, await this.signalAfter());
  }
}
const seen = new Map<string, boolean>();

describe('upkeep', () => {
  beforeEach(() => {
    entered = gate();
    hold = gate();
    seen.clear();
  });

  it('collects an actor that is idle sooner than the one activated before it', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Old, Young], { clock });
    await actor(Old, 'o').ping();
    await actor(Young, 'y').ping();
    await clock.advance('15s');
    expect(runtime.statistics.activations).to.equal(1);
    await runtime.stop();
  });

  it('keeps every deadline when calls of an ending activation are handed on', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Young], { clock });
    const young = actor(Young, 'y');
    const first = young.with({ timeout: '1h' }).block();
    await entered.opened;
    const elsewhere = [1, 2].map(() => failure(actor(Young, 'elsewhere').with({ timeout: '5s' }).blockForEver()));
    const waiting = [1, 2, 3].map(() => failure(young.with({ timeout: '5s' }).blockForEver()));
    const ended = young.manage.deactivate();
    await clock.advance(1);
    hold.open();
    await first;
    await ended;
    await clock.advance('6s');
    for (const error of await Promise.all([...elsewhere, ...waiting])) expect(error).to.be.instanceOf(CallTimeoutError);
    runtime.abandon('the test is over');
  });

  it('shows a turn that its time is over also when it asks late', async () => {
    const clock = new VirtualClock();
    const { actor, runtime } = memorySilo([Young], { clock });
    const late = failure(actor(Young, 'y').with({ timeout: '1s' }).reportSignal('late'));
    await entered.opened;
    await clock.advance('2s');
    expect(await late).to.be.instanceOf(CallTimeoutError);
    hold.open();
    await actor(Young, 'y').ping();
    expect(seen.get('late')).to.equal(true);
    await runtime.stop();
  });

  it('takes new idempotency keys again when the old ones are over an hour old', async () => {
    const clock = new VirtualClock();
    const store = new WatchedStore(clock);
    const { actor, runtime } = memorySilo([Account], { clock, store });
    const account = actor(Account, 'a');
    const deposits = (from: number) => Array.from({ length: 1024 }, (_, index) => account.with({ idempotencyKey: `k${from + index}` }).deposit(1));
    await Promise.all(deposits(0));
    expect(await failure(account.with({ idempotencyKey: 'more' }).deposit(1))).to.be.instanceOf(RateLimitedError);
    await clock.advance('61m');
    expect(await account.with({ idempotencyKey: 'more' }).deposit(1)).to.equal(1025);
    expect(await store.operations({ type: 'account', key: 'a' })).to.have.length(1);
    await runtime.stop();
  });

  it('loses no lazily saved field when a commit turns out to be a duplicate', async () => {
    const clock = new VirtualClock();
    const store = new WatchedStore(clock);
    const first = memorySilo([Account], { clock, store });
    const account = first.actor(Account, 'a');
    await account.see();
    const commit = store.commit.bind(store);
    store.commit = (request) => Promise.resolve({ status: 'duplicate' as const, operationId: request.commitId });
    await Promise.allSettled([account.with({ idempotencyKey: 'k' }).deposit(1)]);
    store.commit = commit;
    await first.runtime.stop();
    const second = memorySilo([Account], { clock, store });
    expect((await second.actor(Account, 'a').get()).seen).to.equal(1);
    await second.runtime.stop();
  });
});
