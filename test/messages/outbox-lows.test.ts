// What a delivery says of its sender's numbers (OL1 and OL2 in silo/messages/outbox-lows.ts), so that marks do not grow behind a message that is stuck.
import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';
import type { OutboxEntry } from '../../protocol/ports/index.js';
import { OutboxLows } from '../../silo/messages/outbox-lows.js';
import { encodeStored, type StoredMessage } from '../../silo/messages/stored-message.js';
import { Actor, ReadOnly, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { gate, memorySilo, RecordingLogger } from '../support/memory-silo.js';

@Actor({ name: 'low-counter' })
class Counter {
  @State() sum = 0;
  add(amount: number): number {
    return (this.sum += amount);
  }
  @ReadOnly() total(): number {
    return this.sum;
  }
}

@Actor({ name: 'low-teller' })
class Teller {
  constructor(private readonly ctx: ActorContext<Teller>) {}
  async tellNowhere(): Promise<void> {
    await this.ctx.actor<Counter>('low-nowhere', 'n').tell.add(1);
  }
  async tellMany(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.ctx.actor(Counter, 'c').tell.add(1);
  }
}

const codec = createCodec({ references: { isReference: () => false, toId: () => ({ type: '', key: '' }), fromId: () => ({}) } });
const payload = new Uint8Array([1]);
const to = (key: string): StoredMessage => ({ to: 'one', listener: { type: 't', key }, payload });
const all: StoredMessage = { to: 'bound', event: 'e', version: 1, payload };

describe('the marks of what one sender has sent', () => {
  it('do not grow while one of its messages waits for a silo that hosts its type', async () => {
    const clock = new VirtualClock();
    const silo = memorySilo([Counter, Teller], { clock, random: () => 0.5 });
    const counter = silo.actor(Counter, 'c');
    await (silo.runtime.actor('low-nowhere', 'n') as Handle<Counter>).tell.add(1);
    await clock.until(silo.actor(Teller, 't').tellNowhere());
    await clock.advance('1s');
    const own = { type: '@silo', key: silo.membership.incarnation };
    const most = { told: 0, durable: 0, actor: 0 };
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 1200 }, () => counter.tell.add(1)));
      await clock.advance('1s');
      await clock.until(Promise.all(Array.from({ length: 50 }, () => silo.actor(Counter, 'd').with({ durable: true }).add(1))));
      await clock.until(silo.actor(Teller, 't').tellMany(1200));
      await clock.advance('11s');
      const [told, actor] = await silo.store.marks({ type: 'low-counter', key: 'c' }, [`@silo/${own.key}`, 'low-teller/t']);
      const [durable] = await silo.store.marks({ type: 'low-counter', key: 'd' }, [`@silo/${own.key}`]);
      most.told = Math.max(most.told, told!.ids.length);
      most.actor = Math.max(most.actor, actor!.ids.length);
      most.durable = Math.max(most.durable, durable!.ids.length);
    }
    expect((await silo.store.outbox(own, 10)).length, 'it waits yet').to.equal(1);
    expect(await clock.until(counter.total())).to.equal(4 * 2400);
    expect(Math.max(most.told, most.actor), 'one round and what the look comes after').to.be.at.most(1200 + 1024 + 1200);
    expect(most.durable).to.be.at.most(150);
    await clock.until(silo.runtime.stop(), '1s');
  });

  class World {
    readonly clock = new VirtualClock();
    entries: OutboxEntry[] = [];
    looks = 0;
    hold = gate();
    readonly lows = new OutboxLows({ type: 's', key: 's' }, {
      clock: this.clock, log: new RecordingLogger(), codec: () => codec,
      store: { outbox: async (_: unknown, limit: number) => (this.looks++, await this.hold.opened, this.entries.slice(0, limit)) } as never,
    });

    constructor(...messages: [sequence: number, message: StoredMessage][]) {
      this.entries = messages.map(([sequence, message]) => ({ sequence, payload: encodeStored(message, codec) }));
      this.lows.low = this.entries[0]!.sequence;
    }

    /** Numbers up to `newest` are there. */
    async sees(newest: number): Promise<void> {
      this.lows.committed(newest);
      this.hold.open();
      await this.clock.advance(1);
    }

    of(...keys: string[]): number[] {
      return keys.map((key) => this.lows.of({ type: 't', key }));
    }
  }

  it('need not name what is not for their actor', async () => {
    const world = new World([1, to('nowhere')], [5, to('a')], [9, to('b')]);
    await world.sees(2000);
    expect(world.of('nowhere', 'a', 'b', 'c')).to.deep.equal([1, 5, 9, 2001]);
  });

  it('name all that an event for many has behind it', async () => {
    const world = new World([1, to('nowhere')], [5, to('a')], [9, all], [12, to('b')]);
    await world.sees(2000);
    expect(world.of('nowhere', 'a', 'b', 'c')).to.deep.equal([1, 5, 9, 9]);
  });

  it('name what was committed while the outbox was looked at', async () => {
    const world = new World([1, to('nowhere')]);
    world.lows.committed(2000);
    world.lows.committed(3000);
    world.hold.open();
    await world.clock.advance(1);
    expect(world.of('c')).to.deep.equal([2001]);
  });

  it('follow the oldest message where that goes on', async () => {
    const world = new World([1, to('nowhere')]);
    await world.sees(2000);
    world.lows.low = 2500;
    expect(world.of('nowhere', 'c')).to.deep.equal([2500, 2500]);
  });

  it('are looked after when many numbers lie between, and not more often than every ten seconds', async () => {
    const world = new World([1, to('nowhere')]);
    await world.sees(1000);
    expect(world.looks).to.equal(0);
    await world.sees(2000);
    await world.sees(9000);
    expect([world.looks, world.of('c')]).to.deep.equal([1, [2001]]);
    await world.clock.advance('10s');
    await world.sees(9100);
    expect([world.looks, world.of('c')]).to.deep.equal([2, [9101]]);
  });
});
