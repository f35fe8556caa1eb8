import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';
import type { OutboxEntry } from '../../protocol/ports/index.js';
import type { MessageParts } from '../../silo/messages/message-parts.js';
import { Outgoing } from '../../silo/messages/outgoing.js';
import { encodeStored } from '../../silo/messages/stored-message.js';
import { gate } from '../support/memory-silo.js';

const codec = createCodec({ references: { isReference: () => false, toId: () => ({ type: '', key: '' }), fromId: () => ({}) } });

/** An outbox of one message, whose answers wait for a gate, and what goes out of it. */
function scene() {
  const sent: number[] = [];
  const answers = gate();
  let looks = 0;
  const page: readonly OutboxEntry[] = [{ sequence: 1, payload: encodeStored({ to: 'one', listener: { type: 't', key: 'k' }, payload: new Uint8Array([1]) }, codec) }];
  const parts = {
    codec: () => codec,
    clock: { monotonicMs: () => 0 },
    store: { outbox: () => (looks++, answers.opened.then(() => page)) },
    outbound: { add: (deliveries: readonly { readonly sequence: number }[]) => Promise.resolve(void sent.push(...deliveries.map(({ sequence }) => sequence))) },
  } as unknown as MessageParts;
  return { outgoing: new Outgoing({ type: 't', key: 'sender' }, parts, () => true), sent, answers, looks: () => looks };
}

describe('an outbox that stands still', () => {
  it('is looked at once at a time, and again after that', async () => {
    const { outgoing, sent, answers, looks } = scene();
    const both = [outgoing.relayAgain(), outgoing.relayAgain()];
    answers.open();
    await Promise.all(both);
    await outgoing.relayed();
    expect([looks(), sent]).to.deep.equal([1, [1]]);
    await outgoing.relayAgain();
    await outgoing.relayed();
    expect([looks(), sent]).to.deep.equal([2, [1, 1]]);
  });

  it('is not looked at while what it holds is on its way, and leaves out what is not meant', async () => {
    const { outgoing, sent, answers, looks } = scene();
    answers.open();
    outgoing.relay([{ sequence: 1, message: { to: 'one', listener: { type: 't', key: 'k' }, payload: new Uint8Array([1]) } }]);
    await outgoing.relayAgain();
    await outgoing.relayed();
    expect([looks(), sent]).to.deep.equal([0, [1]]);
    await outgoing.relayAgain(() => (sequence) => sequence > 1);
    await outgoing.relayed();
    expect([looks(), sent]).to.deep.equal([1, [1]]);
  });
});
