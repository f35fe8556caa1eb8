import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { expect } from 'chai';
import fc from 'fast-check';
import { packBatch, unpackBatch, type PackedBatch } from '../../isolation/packed-batch.js';

/** As a port of its own gives it back. */
function carried(packed: PackedBatch): PackedBatch {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(packed);
  const { message } = receiveMessageOnPort(port2) as { readonly message: PackedBatch };
  port1.close();
  return message;
}

const element = fc.oneof(
  fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.bigInt(), fc.uint8Array(), fc.dictionary(fc.string().filter((name) => name !== '__proto__'), fc.double()),
  fc.constantFrom(undefined, null, NaN, -0, Infinity, -Infinity, Number.MIN_VALUE, 2 ** 53),
);

describe('a packed batch', () => {
  it('is the same at the other end of a port, whatever is in it', () => {
    fc.assert(fc.property(fc.array(element, { maxLength: 40 }), (batch) => {
      expect(unpackBatch(carried(packBatch(batch, batch.length)))).to.deep.equal(batch);
    }));
  });

  it('is one buffer where nothing but numbers and what is absent is in it', () => {
    expect(packBatch([1, undefined, 2.5], 3)).to.be.instanceOf(Float64Array);
    expect(packBatch([1, 'two'], 2)).to.not.be.instanceOf(Float64Array);
  });

  it('takes no more than it is told to', () => {
    expect(unpackBatch(packBatch([1, 'two', 3], 2))).to.deep.equal([1, 'two']);
  });
});
