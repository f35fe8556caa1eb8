import type { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import { createClient, plainSource, type RedisSource } from '../../state/redis-source.js';

describe('a Redis source for a thread', () => {
  const client = () => new Redis({ lazyConnect: true });
  const plain: Readonly<Record<string, RedisSource>> = {
    'a URL': 'rediss://user:password@host:1/2',
    'options': { host: 'h', port: 1, password: 'p', db: 2 },
    "Sentinel's options": { sentinels: [{ host: 's', port: 1 }], name: 'm' },
    'certificates': { tls: { ca: Buffer.from('ca'), cert: ['a', 'b'], rejectUnauthorized: false } },
  };
  const bound: Readonly<Record<string, RedisSource>> = {
    'a client': client(),
    'a function': client,
    'options with a function': { host: 'h', retryStrategy: () => 1 },
    'options with a function inside': { tls: { checkServerIdentity: () => undefined } },
    'options with an object of some class': { tls: { session: new URL('tls://x') as unknown as Buffer } },
  };

  for (const [what, source] of Object.entries(plain)) {
    it(`${what}: crosses as it is`, () => {
      expect(plainSource(source)).to.equal(source);
      expect(() => structuredClone(source)).not.to.throw();
    });
  }
  for (const [what, source] of Object.entries(bound)) it(`${what}: stays`, () => expect(plainSource(source)).to.equal(undefined));
});

describe('a Cluster client', () => {
  it("ends no process when the connection breaks behind ioredis's own ASKING", async () => {
    const cluster = createClient(new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true }), 'scripts');
    const node = { asking: (): Promise<unknown> => Promise.reject(new Error('Connection is closed.')) };
    (cluster as unknown as EventEmitter).emit('+node', node);
    const sent = node.asking(); // As ioredis does: nobody looks at it. Mocha would report the rejection.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await sent.catch((error: unknown) => error)).to.be.instanceOf(Error);
    cluster.disconnect();
  });

  it('looks at the slots no more once it has ended, also when a look was under way; while it reconnects it goes on', () => {
    const given = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    const looks: (() => void)[] = [];
    given.refreshSlotsCache = (callback) => void looks.push(() => callback?.());
    const cluster = createClient(() => given, 'scripts') as unknown as Cluster;
    let rounds = 0;
    const look = (): void => cluster.refreshSlotsCache(() => rounds++);
    look();
    cluster.disconnect(true);
    looks.shift()!();
    look();
    expect([rounds, looks.length]).to.deep.equal([1, 1]);
    cluster.disconnect();
    looks.shift()!();
    look();
    expect([rounds, looks.length]).to.deep.equal([1, 0]);
  });
});
