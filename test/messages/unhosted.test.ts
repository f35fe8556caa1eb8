import { expect } from 'chai';
import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext, type Broadcast } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryMessageRecords } from '../../state/memory-message-records.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@ActorEvent('uh-sold')
class Sold {}

@Actor({ name: 'uh-shop' })
class Shop {
  constructor(private readonly ctx: ActorContext<Shop>) {}
  async order(...items: string[]): Promise<void> {
    for (const item of items) await this.ctx.actor<Depot>('uh-depot', 'd').tell.send1(item);
  }
  async handOver(): Promise<void> {
    return this.ctx.tailCall(this.ctx.actor<Depot>('uh-depot', 'd')).send1('ink');
  }
  async sell(): Promise<string> {
    const broadcast: Broadcast = await this.ctx.emit(new Sold(), { receipts: true });
    return broadcast.id;
  }
}

@Actor({ name: 'uh-depot' })
class Depot {
  @State() sent: string[] = [];
  send1(item: string): void {
    this.sent.push(item);
  }
  @On(Sold) protected onSold(): void {
    this.sent.push('sold');
  }
  @ReadOnly() all(): string[] {
    return this.sent;
  }
}

const DEPOT = { type: 'uh-depot', key: 'd' };
const SHOP = { type: 'uh-shop', key: 's' };

describe('messages to a type that no silo hosts', () => {
  let [clock, store] = [new VirtualClock(), new MemoryStateStore()];
  let [records, shops] = [new MemoryMessageRecords(clock), memorySilo([Shop], { clock, store })];
  beforeEach(() => {
    [clock, store] = [new VirtualClock(), new MemoryStateStore()];
    records = new MemoryMessageRecords(clock);
    shops = memorySilo([Shop], { clock, store, records });
  });
  afterEach(() => shops.runtime.stop());

  it('wait for a silo that hosts it', async () => {
    await shops.actor(Shop, 's').order('ink', 'pens');
    await clock.advance('11h');
    expect(await records.deadLetters.count()).to.equal(0);
    expect(await store.inbox(DEPOT, 10)).to.have.length(2);
    const depots = memorySilo([Depot], { clock, store, records });
    await depots.actor(Depot, 'd').all();
    await clock.advance('1s');
    expect(await depots.actor(Depot, 'd').all()).to.deep.equal(['ink', 'pens']);
    await depots.runtime.stop();
  });

  it('are dead letters after half a day, settled with their sender, and can be sent anew when there is one', async () => {
    await shops.actor(Shop, 's').order('ink', 'pens');
    await clock.advance('13h');
    const { letters } = await shops.runtime.messages.letters.list();
    expect(letters.map(({ target, method, attempts, error }) => [target, method, attempts, error.name])).to.deep.equal([
      [DEPOT, 'send1', 0, 'UnknownActorTypeError'], [DEPOT, 'send1', 0, 'UnknownActorTypeError'],
    ]);
    expect(shops.runtime.statistics.deadLetters, 'counted').to.equal(2);
    for (const id of [SHOP, DEPOT]) expect(await store.outbox(id, 10)).to.deep.equal([]);
    expect(await store.inbox(DEPOT, 10)).to.deep.equal([]);
    const depots = memorySilo([Depot], { clock, store, records });
    expect(await depots.actor(Depot, 'd').all(), 'a dead letter is not applied').to.deep.equal([]);
    for (const { id } of letters) await depots.runtime.messages.letters.retry(id);
    await clock.advance('1s');
    expect([...(await depots.actor(Depot, 'd').all())].sort()).to.deep.equal(['ink', 'pens']);
    await depots.runtime.stop();
  });

  it('that were handled before are no dead letters', async () => {
    await shops.actor(Shop, 's').order('ink');
    await clock.advance('1h');
    const depots = memorySilo([Depot], { clock, store, records });
    const [parked] = await store.inbox(DEPOT, 1);
    await depots.actor(Depot, 'd').all();
    await clock.advance('1s');
    await depots.runtime.stop();
    // A copy that comes late.
    await store.park(DEPOT, { sender: 'nobody', sequence: 1, payload: parked! });
    await clock.advance('13h');
    expect(await records.deadLetters.count()).to.equal(0);
    expect(await store.inbox(DEPOT, 10)).to.deep.equal([]);
  });

  it('are dead letters though the answer to the commit that made them one was lost', async () => {
    const commit = store.commit.bind(store);
    let lost = 0;
    store.commit = async (request) => {
      const result = await commit(request);
      if (request.inboxTaken !== undefined && lost++ === 0) throw new Error('the answer was lost');
      return result;
    };
    await shops.actor(Shop, 's').order('ink');
    await clock.advance('13h');
    expect([lost > 0, await records.deadLetters.count()]).to.deep.equal([true, 1]);
    for (const id of [SHOP, DEPOT]) expect(await store.outbox(id, 10)).to.deep.equal([]);
  });

  it('end the chains of tail calls whose steps they are', async () => {
    const keyed = () => shops.actor(Shop, 's').with({ idempotencyKey: 'k' }).handOver();
    expect((await failure(clock.until(keyed(), '1s')))['code']).to.equal('ERR_CALL_TIMEOUT');
    await clock.advance('13h');
    expect((await failure(clock.until(keyed(), '1s')))['code']).to.equal('ERR_UNKNOWN_ACTOR_TYPE');
  });

  it('are left to a silo that lives and has the actor, whatever is known of types', async () => {
    await shops.actor(Shop, 's').order('ink');
    await store.claim({ id: DEPOT, token: 'other:1', incarnation: 'other' });
    let status: 'up' | 'dead' = 'up';
    shops.membership.statusOf = () => status;
    await clock.advance('13h');
    expect([await records.deadLetters.count(), (await store.lookup(DEPOT))?.token]).to.deep.equal([0, 'other:1']);
    status = 'dead';
    await clock.advance('1h');
    expect(await records.deadLetters.count()).to.equal(1);
  });

  it('fail in the receipts of a broadcast', async () => {
    await shops.runtime.caller.bind(SHOP, 'uh-sold', DEPOT, true);
    const id = await shops.actor(Shop, 's').sell();
    await clock.advance('13h');
    const result = await shops.runtime.messages.receipts.result(id, 'processed');
    expect(result).to.have.property('delivered', 0);
    expect(result.failed.map(({ listener, error }) => [listener, (error as { remoteName?: string }).remoteName])).to.deep.equal([['uh-depot/d', 'UnknownActorTypeError']]);
  });
});
