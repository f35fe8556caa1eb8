import { expect } from 'chai';
import type { Codec } from '../../protocol/codec/index.js';
import { warmUp } from '../../silo/gateway/warm-up.js';
import { PacedQueue } from '../../transport/paced-queue.js';
import { testCodec } from './gateway-fixture.js';

describe("the gateway's codec", () => {
  it('has read some of everything before the first client comes, piece by piece', async () => {
    const codec = testCodec();
    const read: (readonly unknown[])[] = [];
    const watched: Codec = Object.assign(Object.create(codec) as Codec, {
      decodeUntrusted: (...given: Parameters<Codec['decodeUntrusted']>) => read.push(codec.decodeUntrusted(...given) as readonly unknown[]),
    });
    const queue = new PacedQueue();
    warmUp(watched, queue);
    expect(read, 'at once').to.have.length(0);
    await new Promise<void>((resolve) => queue.add(resolve));
    expect(read.length).to.be.at.least(100);
    const kinds = new Set(read.flat().map((value) => Object.prototype.toString.call(value).slice(8, -1)));
    expect([...kinds]).to.include.members(['Array', 'Object', 'String', 'Number', 'BigInt', 'Date', 'Map', 'Uint16Array', 'Error']);
  });
});
