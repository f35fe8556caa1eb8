import { expect } from 'chai';
import { createCodec } from '../../protocol/codec/index.js';
import { decodeStored, encodeStored, storedEntries, type StoredMessage } from '../../silo/messages/stored-message.js';

describe('Messages in an outbox', () => {
  const codec = createCodec();
  const payload = Uint8Array.from([0xc1, 0, 255, 7]);
  const forOne = (key: string, component?: string): StoredMessage => ({ to: 'one', listener: component === undefined ? { type: 'room', key } : { type: 'room', key, component }, payload });

  it('come back as they were put in, whoever they are for', () => {
    const messages: readonly StoredMessage[] = [
      forOne(''), forOne('a/b#c'), forOne('half a pair \ud800, é, \0'), forOne('k', 'timer'), forOne('k', 'x/y#z@"tag"'), { ...forOne('empty'), payload: new Uint8Array() } as StoredMessage,
      { to: 'bound', event: 'e', version: 3, payload, tracker: 't' }, { to: 'later', listener: { type: 'room', key: 'k' }, id: 'i', due: 5, payload },
    ];
    for (const message of messages) expect(decodeStored(encodeStored(message, codec), codec)).to.deep.equal(message);
  });

  it('are read also where they stand in a larger piece of memory, and keep none of it alive', () => {
    const encoded = encodeStored(forOne('k'), codec);
    const large = new Uint8Array(1000);
    large.set(encoded, 300);
    const read = decodeStored(large.subarray(300, 300 + encoded.length), codec) as StoredMessage & { to: 'one' };
    expect(read).to.deep.equal(forOne('k'));
    expect(read.payload.buffer.byteLength).to.equal(payload.length);
  });

  it('are read in the form that the codec gives them, too', () => {
    const entries = [{ sequence: 4, payload: codec.encode(forOne('k', 'timer'), 'message') }, { sequence: 5, payload: codec.encode({ own: 'event' }, 'message') }];
    expect(storedEntries(entries, codec)).to.deep.equal([{ sequence: 4, message: forOne('k', 'timer') }]);
  });
});
