import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext, type Broadcast, type BroadcastResult, type Handle } from '../../sdk/index.js';
import { openBroadcast } from '../../sdk/broadcast.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { TestProcess } from '../support/processes.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

@ActorEvent('receipts-called')
class Called {
  constructor(readonly poison = false) {}
}

let held = gate();

@Actor({ name: 'receipts-crier' })
class Crier {
  @State() cried = 0;
  constructor(private readonly ctx: ActorContext<Crier>) {}
  async cry(poison = false): Promise<string> {
    this.cried++;
    return (await this.ctx.emit(new Called(poison), { receipts: true })).id;
  }
  async cryAndFail(): Promise<void> {
    const broadcast = await this.ctx.emit(new Called(), { receipts: true });
    ids.push(broadcast.id);
    throw new RangeError('after crying');
  }
  async cryAndWait(): Promise<BroadcastResult> {
    this.cried++;
    const broadcast = await this.ctx.emit(new Called(), { receipts: true });
    const result = await broadcast.processed;
    this.cried = 100;
    throw Object.assign(new RangeError('after waiting'), { result });
  }
  @On(Called) protected async onCalled(): Promise<void> {
    const broadcast = await this.ctx.emit(new Called(), { receipts: true });
    await broadcast.received.catch((error: Error) => refusals.push(`${error.name}: ${error.message}`));
  }
  @ReadOnly() count(): number {
    return this.cried;
  }
}

@Actor({ name: 'receipts-hearer' })
class Hearer {
  @State() heard = 0;
  constructor(private readonly ctx: ActorContext<Hearer>) {}
  async listen(): Promise<void> {
    await this.ctx.bind(this.ctx.actor(Crier, 'c'), Called);
  }
  @On(Called, { attempts: 2, backoff: '1s' }) protected async onCalled({ poison }: Called): Promise<void> {
    if (poison && this.ctx.key === 'h1') throw new RangeError('poisoned');
    if (this.ctx.key === 'h2') await held.opened;
    this.heard++;
  }
}

const ids: string[] = [];
const refusals: string[] = [];

describe('receipts', () => {
  let clock: VirtualClock;
  let silo: TestSilo;
  const crier = (): Handle<Crier> => silo.actor(Crier, 'c');
  const reopen = (id: string): Broadcast => openBroadcast(id, (stage) => silo.runtime.messages.receipts.result(id, stage));
  const passing = async <T>(promise: Promise<T>, ms = 60_000): Promise<T> => {
    let isOver = false;
    promise.then(() => (isOver = true), () => (isOver = true));
    for (let passed = 0; !isOver && passed < ms; passed += 250) await clock.advance(250);
    return promise;
  };
  beforeEach(async () => {
    held = gate();
    ids.length = refusals.length = 0;
    clock = new VirtualClock();
    silo = memorySilo([Crier, Hearer], { clock, random: () => 0.5 });
    for (let i = 0; i < 5; i++) await passing(silo.actor(Hearer, `h${i}`).listen());
  });
  afterEach(async () => {
    held.open();
    await passing(silo.runtime.stop());
  });

  it('say received when every mailbox or inbox has the event, and processed when every handler has ended', async () => {
    const broadcast = reopen(await crier().cry());
    expect(await passing(broadcast.received)).to.deep.equal({ delivered: 5, failed: [] });
    let isProcessed = false;
    const processed = broadcast.processed.then((result) => {
      isProcessed = true;
      return result;
    });
    await clock.advance('30s');
    expect(isProcessed, 'while one handler runs').to.equal(false);
    held.open();
    expect(await passing(processed)).to.deep.equal({ delivered: 5, failed: [] });
    await clock.advance(1000);
    expect(await silo.store.outbox({ type: 'receipts-crier', key: 'c' }, 9)).to.deep.equal([]);
  });

  it('name those who failed to the last attempt', async () => {
    held.open();
    const { delivered, failed } = await passing(reopen(await crier().cry(true)).processed);
    expect(delivered).to.equal(4);
    expect(failed.map(({ listener, error }) => [listener, error.message])).to.deep.equal([['receipts-hearer/h1', 'poisoned']]);
  });

  it('that are asked for in the emitting turn commit what it did so far', async () => {
    held.open();
    const error = await failure(passing(crier().cryAndWait()));
    expect(error['result']).to.deep.equal({ delivered: 5, failed: [] });
    expect(await crier().count()).to.equal(1);
  });

  it('cannot be waited for by the turn of a message, which commits as a whole', async () => {
    await crier().send(new Called());
    await clock.advance(1000);
    expect(refusals).to.deep.equal(['ConfigurationError: the receipts of a broadcast: onCalled runs under an idempotency key, or handles an event or a message; all of it is saved together at its end']);
  });

  it('of what was never sent are refused after half a minute', async () => {
    await failure(crier().cryAndFail());
    const error = await failure(passing(reopen(ids[0]!).received));
    expect(error).to.include({ name: 'InvalidArgumentError', path: 'id' });
  });

  it('keep the process of who awaits them alive', async () => {
    await using script = new TestProcess([fileURLToPath(new URL('./fixtures/awaits-receipt.fixture.js', import.meta.url))]);
    const { code, stdout, stderr } = await script.ended;
    expect(stdout, stderr).to.include('delivered 1');
    expect(code).to.equal(0);
  });
});
