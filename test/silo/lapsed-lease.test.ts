import { expect } from 'chai';
import { Actor, CallTimeoutError, CancelledError, Delivery, ReadOnly, SiloUnavailableError, State } from '../../sdk/index.js';
import type { ClaimRequest, ClaimResult } from '../../protocol/ports/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

let entered = gate();
let hold = gate();
let runs = 0;

@Actor({ name: 'lapse-counter' })
class Counter {
  @State() count = 0;
  add(): number {
    runs++;
    return ++this.count;
  }
  @ReadOnly() async readSlowly(): Promise<number> {
    runs++;
    entered.open();
    await hold.opened;
    return this.count;
  }
  @Delivery({ attempts: 1 }) note(): void {
    runs++;
    this.count += 10;
  }
  async changeNothing(): Promise<string> {
    runs++;
    entered.open();
    await hold.opened;
    return 'nothing changed';
  }
}

/** In the order in which the calls ended. */
function noted(ended: unknown[], call: Promise<unknown>): void {
  call.then((value) => ended.push(value), (error: unknown) => ended.push(error));
}

async function scene(given: { readonly store?: MemoryStateStore } = {}): Promise<{ readonly silo: TestSilo; readonly clock: VirtualClock; readonly ended: unknown[] }> {
  [entered, hold, runs] = [gate(), gate(), 0];
  const clock = new VirtualClock();
  const silo = memorySilo([Counter], { clock, ...given });
  await clock.advance(1);
  return { silo, clock, ended: [] };
}

/** Something happens between a claim and its answer. */
class WatchedStore extends MemoryStateStore {
  onClaimed: () => void = () => undefined;
  override async claim(request: ClaimRequest): Promise<ClaimResult> {
    const result = await super.claim(request);
    this.onClaimed();
    return result;
  }
}

describe('a lease that lapses', () => {
  it('while an actor is activated: its calls wait for it, and run', async () => {
    const store = new WatchedStore();
    const { silo, clock, ended } = await scene({ store });
    store.onClaimed = () => (silo.membership.isValid = false);
    for (let i = 0; i < 2; i++) noted(ended, silo.actor(Counter, 'a').add());
    await clock.advance('1s');
    expect(runs).to.equal(0);
    store.onClaimed = () => undefined;
    silo.membership.isValid = true;
    await clock.advance('1s');
    expect(ended).to.deep.equal([1, 2]);
    await clock.until(silo.runtime.stop());
  });

  it('and keeps an actor from being activated: its calls wait for it, and run', async () => {
    const store = new WatchedStore();
    const { silo, clock, ended } = await scene({ store });
    store.onClaimed = () => {
      silo.membership.isValid = false;
      throw new Error('out of reach');
    };
    for (let i = 0; i < 2; i++) noted(ended, silo.actor(Counter, 'a').add());
    await clock.advance('1s');
    expect(ended).to.deep.equal([]);
    store.onClaimed = () => undefined;
    silo.membership.isValid = true;
    await clock.advance('1s');
    expect(ended).to.deep.equal([1, 2]);
    await clock.until(silo.runtime.stop());
  });

  it('before a call is made: no turn begins; it runs with the lease, before all that are made later', async () => {
    const { silo, clock, ended } = await scene();
    noted(ended, clock.until(silo.actor(Counter, 'a').add()));
    await clock.advance('1s');
    silo.membership.isValid = false;
    const add = (name: string): void => noted(ended, silo.actor(Counter, 'a').add().then((count) => `${name}: ${count}`));
    add('first');
    add('second');
    await clock.advance('1s');
    expect(runs).to.equal(1);
    silo.membership.isValid = true;
    // Nobody has looked yet.
    add('third');
    await clock.advance('1s');
    expect(ended).to.deep.equal([1, 'first: 2', 'second: 3', 'third: 4']);
    await clock.until(silo.runtime.stop());
  });

  it('until the deadline of a call, or its cancellation: it did not run, and never does', async () => {
    const { silo, clock, ended } = await scene();
    const controller = new AbortController();
    silo.membership.isValid = false;
    noted(ended, silo.actor(Counter, 'a').with({ timeout: '2s' }).add());
    noted(ended, silo.actor(Counter, 'a').with({ signal: controller.signal }).add());
    await clock.advance('1s');
    expect(ended).to.deep.equal([]);
    controller.abort();
    await clock.advance('2s');
    expect(ended[0]).to.be.instanceOf(CancelledError);
    expect(ended[1]).to.be.instanceOf(CallTimeoutError).and.have.property('message').that.matches(/for the lease of its silo; it did not run$/);
    silo.membership.isValid = true;
    await clock.advance('1s');
    expect(runs).to.equal(0);
    await clock.until(silo.runtime.stop());
  });

  for (const [how, stop] of [['in good order', (silo: TestSilo) => silo.runtime.stop()], ['at once', (silo: TestSilo) => Promise.resolve(silo.runtime.abandon('gone'))]] as const) {
    it(`and whose silo stops ${how}: what waits for it, and what comes then, fails at once and did not run`, async () => {
      const { silo, clock, ended } = await scene();
      silo.membership.isValid = false;
      noted(ended, silo.actor(Counter, 'a').add());
      await clock.advance('1s');
      expect(ended).to.deep.equal([]);
      const stopped = stop(silo);
      await clock.advance(1);
      expect(ended[0]).to.be.instanceOf(SiloUnavailableError).and.include({ retryable: true });
      expect(await failure(silo.actor(Counter, 'a').add())).to.be.instanceOf(SiloUnavailableError);
      await clock.until(stopped);
      expect(runs).to.equal(0);
    });
  }

  it('and whose silo stops while a message waits for it, too: what is called fails at once', async () => {
    const { silo, clock, ended } = await scene();
    noted(ended, silo.actor(Counter, 'a').readSlowly());
    await clock.until(entered.opened);
    await clock.until(silo.actor(Counter, 'a').tell.note());
    await clock.advance('100ms');
    silo.membership.isValid = false;
    // The store is out of reach: the message gets into no inbox.
    silo.store.park = () => new Promise(() => undefined);
    hold.open();
    noted(ended, silo.actor(Counter, 'b').add());
    await clock.advance('100ms');
    expect(ended).to.deep.equal([]);
    const stopped = silo.runtime.stop();
    await clock.advance(1);
    expect(ended).to.have.length(1);
    expect(ended[0]).to.be.instanceOf(SiloUnavailableError).and.include({ retryable: true });
    await clock.until(stopped, '10s');
  });

  it('before a turn begins that waits in line: it begins with the lease', async () => {
    const { silo, clock, ended } = await scene();
    noted(ended, silo.actor(Counter, 'a').changeNothing());
    await clock.until(entered.opened);
    noted(ended, silo.actor(Counter, 'a').add());
    silo.membership.isValid = false;
    hold.open();
    await clock.advance('1s');
    expect(runs).to.equal(1);
    silo.membership.isValid = true;
    await clock.advance('1s');
    expect(ended).to.deep.equal(['nothing changed', 1]);
    await clock.until(silo.runtime.stop());
  });

  it('before the turn of a message begins: that was no attempt, and none is given up', async () => {
    const { silo, clock } = await scene();
    const reading = silo.actor(Counter, 'a').readSlowly();
    await clock.until(entered.opened);
    await clock.until(silo.actor(Counter, 'a').tell.note());
    await clock.advance('100ms');
    silo.membership.isValid = false;
    hold.open();
    await clock.advance('100ms');
    expect(runs).to.equal(1);
    silo.membership.isValid = true;
    await clock.advance('10s');
    expect(await reading).to.equal(0);
    expect(await clock.until(silo.actor(Counter, 'a').add())).to.equal(11);
    expect(silo.runtime.statistics.deadLetters).to.equal(0);
    await clock.until(silo.runtime.stop());
  });

  for (const [what, call, result] of [
    ['a read', (silo: TestSilo) => silo.actor(Counter, 'a').readSlowly(), 0], ['a turn that saves nothing', (silo: TestSilo) => silo.actor(Counter, 'a').changeNothing(), 'nothing changed'],
  ] as const) {
    it(`before a reply: it leaves with the lease, and the turn runs once, of ${what}`, async () => {
      const { silo, clock, ended } = await scene();
      noted(ended, call(silo));
      await clock.until(entered.opened);
      silo.membership.isValid = false;
      hold.open();
      await clock.advance('1s');
      expect(ended).to.deep.equal([]);
      silo.membership.isValid = true;
      await clock.advance('1s');
      expect(ended).to.deep.equal([result]);
      expect(runs).to.equal(1);
      await clock.until(silo.runtime.stop());
    });

    for (const when of ['before', 'after'] as const) {
      it(`for ever: no reply leaves, of ${what} that ends ${when} its silo hears that it is dead`, async () => {
        const { silo, clock, ended } = await scene();
        noted(ended, call(silo));
        await clock.until(entered.opened);
        silo.membership.isValid = false;
        if (when === 'before') hold.open();
        await clock.advance('1s');
        silo.runtime.abandon('declared dead');
        hold.open();
        await clock.advance('1s');
        expect(ended).to.have.lengthOf(1);
        expect(ended[0]).to.be.instanceOf(Error);
      });
    }
  }
});
