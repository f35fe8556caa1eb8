import { expect } from 'chai';
import { Redis } from 'ioredis';
import { checkQueueCommands, checkRedisSettings } from '../../state/redis-settings.js';
import { startOwnRedis } from '../support/redis-server.js';
import { closing } from './redis-bench.js';

/** A server that reports what it is told to. */
function reporting(info: string) {
  const client = new Redis({ lazyConnect: true });
  return Object.assign(client, {
    callBuffer: (command: string) => (command === 'info' ? Promise.resolve(Buffer.from(info)) : Promise.reject(Object.assign(new Error('NOPERM'), { name: 'ReplyError' }))),
  });
}

describe('checkRedisSettings', () => {
  it('has nothing to say about appendonly with noeviction', async () => {
    await using redis = await startOwnRedis();
    using client = closing(new Redis(redis.url));
    expect(await checkRedisSettings(client)).to.deep.equal([]);
  });

  it('warns of a Redis that can lose commits, and says what to set', async () => {
    await using redis = await startOwnRedis({ settings: { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' } });
    using client = closing(new Redis(redis.url));
    const warnings = await checkRedisSettings(client);
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.match(/appendonly is off.*appendonly yes/);
    expect(warnings[1]).to.match(/maxmemory-policy is allkeys-lru.*noeviction/);
  });

  it('warns of a Redis that takes too few connections for the workers of 32 partitions', async () => {
    await using redis = await startOwnRedis({ settings: { maxclients: '60' } });
    using client = closing(new Redis(redis.url));
    const warnings = await checkRedisSettings(client);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/maxclients is 60.*128 or more/);
  });

  it('refuses a database that the server does not have: ioredis would go on with database 0', async () => {
    await using redis = await startOwnRedis();
    using there = closing(new Redis(`${redis.url}/3`));
    expect(await checkRedisSettings(there)).to.deep.equal([]);
    using missing = closing(new Redis(`${redis.url}/77`));
    const error: unknown = await checkRedisSettings(missing).catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 'ERR_CONFIGURATION');
    expect(String(error)).to.include('Redis has no database 77');
  });

  it('says unknown where the server does not tell', async () => {
    await using redis = await startOwnRedis();
    using admin = closing(new Redis(redis.url));
    await admin.call('acl', 'setuser', 'default', '-config', '-info');
    using client = closing(new Redis(redis.url, { enableReadyCheck: false }));
    const warnings = await checkRedisSettings(client);
    expect(warnings).to.have.length(3);
    for (const warning of warnings) expect(warning).to.match(/unknown/);
  });

  it('reads INFO where CONFIG is denied', async () => {
    expect(await checkRedisSettings(reporting('redis_version:7.2.4\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n'))).to.deep.equal([]);
  });

  it('refuses a server older than 6.2 and takes later ones', async () => {
    const rest = '\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n';
    for (const version of ['5.0.14', '6.0.20', '6.1.0']) {
      const error: unknown = await checkRedisSettings(reporting(`redis_version:${version}${rest}`)).catch((caught: unknown) => caught);
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(String(error)).to.include(version).and.include('6.2');
    }
    for (const version of ['6.2.0', '7.0.15', '8.10.1', '10.0.0']) expect(await checkRedisSettings(reporting(`redis_version:${version}${rest}`))).to.deep.equal([]);
  });
});

describe('checkQueueCommands', () => {
  it('takes a server that allows everything, and leaves nothing there', async () => {
    await using redis = await startOwnRedis();
    using client = closing(new Redis(redis.url));
    await checkQueueCommands(client, 'probe');
    expect(await client.keys('*')).to.deep.equal([]);
  });

  it('refuses a server that refuses a command, and names it', async () => {
    await using redis = await startOwnRedis();
    using client = closing(new Redis(redis.url));
    for (const refused of ['bzpopmin', 'eval', 'xadd', 'rpoplpush', 'zrangebyscore']) {
      await client.call('acl', 'setuser', 'default', '+@all', `-${refused}`);
      const error: unknown = await checkQueueCommands(client, 'probe').catch((caught: unknown) => caught);
      expect(error).to.have.property('code', 'ERR_CONFIGURATION');
      expect(String(error)).to.match(/durable messages need/).and.match(new RegExp(refused, 'i'));
    }
  });
});
