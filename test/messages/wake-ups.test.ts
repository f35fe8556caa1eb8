import { expect } from 'chai';
import type { ActorId } from '../../protocol/actor-id.js';
import { createCodec } from '../../protocol/codec/index.js';
import type { Delivery } from '../../protocol/delivery.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { BroadcastTrackers } from '../../protocol/ports/message-records.js';
import type { StateStore } from '../../protocol/ports/index.js';
import type { Activation } from '../../silo/activation/activation.js';
import { Deliverer } from '../../silo/messages/deliverer.js';
import { Inbox } from '../../silo/messages/inbox.js';
import type { Incoming } from '../../silo/messages/incoming.js';
import type { BurialParts } from '../../silo/messages/unhosted.js';
import { Outbound } from '../../silo/messages/outbound.js';
import { Outgoing } from '../../silo/messages/outgoing.js';
import { Receipts } from '../../silo/messages/receipts.js';
import { Settling } from '../../silo/messages/settling.js';
import { SentDraft } from '../../silo/messages/sent-draft.js';
import { SILO_SENDER, SiloSender, takeOverOutbox } from '../../silo/messages/silo-sender.js';
import { encodeStored } from '../../silo/messages/stored-message.js';
import { encodeDeliveries } from '../../protocol/delivery.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { gate, RecordingLogger } from '../support/memory-silo.js';

const SENDER: ActorId = { type: 'giver', key: 'g' };
const LISTENER: ActorId = { type: 'taker', key: 't' };
const PAYLOAD = new Uint8Array([1]);
/** After how many steps of the microtask queue the next one comes: a gap may be between any two. */
const STEPS = [0, 1, 2, 3, 4, 5, 6, 7, 8];

const codec = createCodec({ references: { isReference: () => false, toId: () => LISTENER, fromId: () => LISTENER } });
const passes = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};
const steps = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};
const parts = (given: Partial<Record<keyof BurialParts, unknown>>): BurialParts =>
  ({ clock: new VirtualClock(), log: new RecordingLogger(), codec: () => codec, ...given }) as unknown as BurialParts;
const entry = (sequence: number) => ({ sequence, message: { to: 'one', listener: LISTENER, payload: PAYLOAD } as const });
const delivery = (sequence: number): Delivery => ({ sender: SENDER, sequence, low: 1, listener: LISTENER, ordinal: 0, total: 1, payload: PAYLOAD });

describe('whatever is added while the last of something ends', () => {
  for (const count of STEPS) {
    it(`is sent on (${count} steps later)`, async () => {
      const sent: number[] = [];
      const outgoing: Outgoing = new Outgoing(SENDER, parts({
        outbound: {
          add: async (deliveries: readonly Delivery[]) => {
            sent.push(...deliveries.map(({ sequence }) => sequence));
            if (sent.length === 1) void steps(count).then(() => outgoing.relay([entry(2)]));
          },
        },
      }), () => true);
      outgoing.relay([entry(1)]);
      await passes();
      expect(sent).to.deep.equal([1, 2]);
      expect(outgoing.isBusy).to.equal(false);
    });

    it(`is settled (${count} steps later)`, async () => {
      const settled: number[] = [];
      const store = {
        settle: async (_: ActorId, sequences: readonly number[]) => {
          settled.push(...sequences);
          if (settled.length === 1) void steps(count).then(() => settling.settle(SENDER, 2, 0, 1));
        },
      };
      const clock = new VirtualClock();
      const settling: Settling = new Settling(store as unknown as StateStore, clock, new RecordingLogger());
      settling.settle(SENDER, 1, 0, 1);
      await clock.advance('30ms');
      expect(settled).to.deep.equal([1, 2]);
    });

    it(`is reported (${count} steps later)`, async () => {
      const reported: number[] = [];
      const trackers = {
        received: async (_: string, ordinals: readonly number[]) => {
          reported.push(...ordinals);
          if (reported.length === 1) void steps(count).then(() => receipts.received({ ...delivery(1), tracker: 'b', ordinal: 2 }));
        },
      };
      const receipts: Receipts = new Receipts(trackers as unknown as BroadcastTrackers, {} as Settling, new VirtualClock(), new RecordingLogger());
      receipts.received({ ...delivery(1), tracker: 'b', ordinal: 1 });
      await passes();
      expect(reported).to.deep.equal([1, 2]);
    });

    it(`is looked for (${count} steps later)`, async () => {
      let reads = 0;
      let second: Promise<number> | undefined;
      const store = {
        inbox: async () => {
          if (++reads === 1) void steps(count).then(() => {
            const before = reads;
            second = inbox.look().then(() => reads - before);
          });
          return [];
        },
      };
      const inbox: Inbox = new Inbox({ services: { store, codec }, id: LISTENER, commits: {} } as unknown as Activation, {} as Incoming);
      await inbox.look();
      await passes();
      expect(await second).to.be.above(0);
    });
  }
});

describe('the way of messages between silos', () => {
  it('does not tell that a message is stored when the silo stopped before that', async () => {
    const clock = new VirtualClock();
    const queues = { add: () => Promise.reject(new Error('away')) };
    const outbound = new Outbound({ queues: queues as never, partitionOf: () => 0, codec: () => codec, clock, log: new RecordingLogger() });
    let isStored = false;
    void outbound.add([delivery(1)]).then(() => (isStored = true));
    await clock.advance('50ms');
    outbound.stop();
    await clock.advance('5s');
    expect(isStored).to.equal(false);
  });

  it('takes over all that a dead silo had not sent on, however much', async () => {
    const store = new MemoryStateStore();
    const id = { type: SILO_SENDER, key: 'dead' };
    await store.claim({ id, token: 'dead:1', incarnation: 'dead' });
    const payload = encodeStored(entry(1).message, codec);
    const outbox = Array.from({ length: 10_500 }, (_, i) => ({ sequence: i + 1, payload }));
    await store.commit({ id, token: 'dead:1', commitId: 'c', version: 0, fields: new Map(), outbox });
    const sent: number[] = [];
    const outbound = { add: async (deliveries: readonly Delivery[]) => void sent.push(...deliveries.map(({ sequence }) => sequence)) };
    await takeOverOutbox(id, 'heir', parts({ store, outbound }));
    expect(sent).to.deep.equal(outbox.map(({ sequence }) => sequence));
  });

  it('sends all of an outbox again that stands still, however much, and nothing that is held or came later', async () => {
    const store = new MemoryStateStore();
    const sent: number[] = [];
    const outbound = { add: async (deliveries: readonly Delivery[]) => void sent.push(...deliveries.map(({ sequence }) => sequence)) };
    const sender = new SiloSender('heir', parts({ store, outbound, dirty: { note: () => undefined } }));
    const drafts = Array.from({ length: 20_500 }, () => new SentDraft(entry(1).message, codec));
    const all = drafts.map((_, i) => i + 1);
    await Promise.all(drafts.map((draft, i) => (i === 10_400 ? sender.hold(draft) : sender.send(draft))));
    await sender.relayed();
    const expected = all.filter((sequence) => sequence !== 10_401);
    expect(sent.splice(0)).to.deep.equal(expected);
    const again = sender.relayAgain();
    await sender.send(new SentDraft(entry(1).message, codec));
    await again;
    await sender.relayed();
    expect(sent.filter((sequence) => sequence <= 20_500)).to.deep.equal(expected);
    expect(sent.filter((sequence) => sequence > 20_500), 'once').to.deep.equal([20_501]);
  });

  it('has a listener look again when something was put into its inbox after its last look', async () => {
    const clock = new VirtualClock();
    const looked = gate();
    const asked: [count: number, looks: boolean][] = [];
    const invoker = {
      invoke: async ({ args: [deliveries, looks] }: Envelope) => {
        const count = (deliveries as readonly Delivery[]).length;
        asked.push([count, looks as boolean]);
        if (count > 0 && asked.length < 4) throw new Error('cannot be reached');
        if (count === 0 && asked.length < 4) await looked.opened;
      },
    };
    const deliverer = new Deliverer(parts({ clock, dirty: { note: () => undefined }, store: new MemoryStateStore(), settling: {}, receipts: { received: () => undefined, processed: () => undefined } }), invoker, 'here');
    await deliverer.handle([encodeDeliveries([delivery(1)])]);
    await clock.advance('500ms');
    await deliverer.handle([encodeDeliveries([delivery(2)])]);
    looked.open();
    await passes();
    await deliverer.handle([encodeDeliveries([delivery(3)])]);
    expect(asked).to.deep.equal([[1, false], [0, true], [1, true], [1, true]]);
    deliverer.stop();
  });
});

describe('what is settled', () => {
  const settlingInto = (settled: (readonly number[])[], clock: VirtualClock): Settling => {
    const store = { settle: async (_: ActorId, sequences: readonly number[]) => void settled.push(sequences) };
    return new Settling(store as unknown as StateStore, clock, new RecordingLogger());
  };

  it('goes at once when nothing went lately, and together with what comes within a while after that', async () => {
    const settled: (readonly number[])[] = [];
    const clock = new VirtualClock();
    const settling = settlingInto(settled, clock);
    settling.settle(SENDER, 1, 0, 1);
    await passes();
    for (const sequence of [2, 3, 4]) {
      settling.settle(SENDER, sequence, 0, 1);
      await passes();
    }
    expect(settled).to.deep.equal([[1]]);
    await clock.advance('20ms');
    expect(settled).to.deep.equal([[1], [2, 3, 4]]);
  });

  it('waits no more when the silo ends', async () => {
    const settled: (readonly number[])[] = [];
    const settling = settlingInto(settled, new VirtualClock());
    settling.settle(SENDER, 1, 0, 1);
    await passes();
    settling.settle(SENDER, 2, 0, 1);
    await settling.settled();
    expect(settled).to.deep.equal([[1], [2]]);
  });
});
