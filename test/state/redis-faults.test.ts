// The faults of protocol.md §9 between one silo and Redis: a reply that is lost, a request that is lost, bytes that arrive late.
import { expect } from 'chai';
import type { CommitRequest } from '../../protocol/ports/state-store.js';
import { RedisConnection } from '../../state/redis-connection.js';
import { RedisStateStore } from '../../state/redis-state-store.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { claimed, utf8 } from './contract/store-bench.js';
import { phase } from './phase.js';
import { RedisBench } from './redis-bench.js';

describe('RedisStateStore when the connection fails', () => {
  let direct: RedisBench;
  let proxy: TcpProxy;
  let connection: RedisConnection;
  /** By way of the proxy. */
  let store: RedisStateStore;
  /** Past the proxy: another silo. */
  let other: RedisStateStore;
  const id = { type: 'player', key: 'p1' };
  const A = 'silo-a.1:a';
  const B = 'silo-b.1:b';
  const claim = (by: RedisStateStore, token: string, expected?: string) => by.claim({ id, token, incarnation: token.slice(0, -2), expected });
  const commit = (commitId: string, version: number, more: Partial<CommitRequest> = {}) => store.commit({
    id, token: A, commitId, version, fields: new Map([['value', utf8(commitId)]]), outbox: [{ sequence: version + 1, payload: utf8(commitId) }], ...more,
  });
  const state = async () => {
    const holder = await other.lookup(id);
    const row = claimed(await other.claim({ id, ...holder! }));
    return { version: row.version, epoch: row.epoch, value: Buffer.from(row.fields.get('value') ?? []).toString(), sent: (await other.outbox(id, 99)).length };
  };

  beforeEach(async () => {
    direct = await RedisBench.open();
    proxy = await TcpProxy.start(direct.url);
    connection = await RedisConnection.open(proxy.url);
    store = new RedisStateStore(connection.scripts, direct);
    other = new RedisStateStore(direct.connection.scripts, direct);
    // The server knows the scripts from here on: what a test cuts is the script's own reply.
    const warm = { type: 'player', key: 'warm' };
    await store.claim({ id: warm, token: 't', incarnation: 's' });
    await store.commit({ id: warm, token: 't', commitId: 'c', version: 0, fields: new Map() });
  });
  afterEach(async () => {
    connection.close();
    await proxy.stop();
    await direct.dispose();
  });

  /** Lets Redis carry out what is asked, loses its reply and the connection with it. */
  const loseReply = async <T>(act: () => Promise<T>): Promise<T> => {
    proxy.holdReplies();
    const answer = act();
    await proxy.phase('Redis has answered', ({ heldReplyBytes }) => heldReplyBytes > 0);
    proxy.cut();
    return answer;
  };

  it('CLAIM: the lost reply is asked for again and the actor is claimed once', async () => {
    const row = await loseReply(() => claim(store, A));
    expect(row).to.include({ status: 'claimed', epoch: 1 });
    expect(await state()).to.include({ epoch: 1, version: 0 });
  });

  it('COMMIT: the lost reply is asked for again, the state changes once and the answer is committed', async () => {
    await claim(store, A);
    const answer = await loseReply(() => commit('c1', 0, { operations: [{ operationId: 'op', scope: 's', argumentsHash: 'h', at: 1, result: utf8('r') }] }));
    expect(answer).to.deep.equal({ status: 'committed', version: 1, oldestUnsettled: 1 });
    expect(await state()).to.deep.equal({ version: 1, epoch: 1, value: 'c1', sent: 1 });
  });

  it('COMMIT: sends a request again that never arrived', async () => {
    await claim(store, A);
    proxy.stall();
    const answer = commit('c1', 0);
    await proxy.phase('the request left the silo', ({ heldRequestBytes }) => heldRequestBytes > 0);
    proxy.cut();
    expect(await answer).to.deep.equal({ status: 'committed', version: 1, oldestUnsettled: 1 });
    expect(await state()).to.include({ version: 1, sent: 1 });
  });

  it('DESTROY and HANDOFF: the lost reply is asked for again and answers as the first did', async () => {
    await claim(store, A);
    await commit('c1', 0);
    expect(await loseReply(() => store.handOff(id, A, { token: B, incarnation: 'silo-b.1' }))).to.equal(true);
    await proxy.phase('connected again', ({ connections }) => connections === 2);
    expect(await loseReply(() => store.destroy(id, B))).to.equal(true);
    expect(await other.lookup(id)).to.equal(undefined);
  });

  it('commits of 200 actors at once, cut in the middle of the replies, are each applied once', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => ({ type: 'player', key: `many-${i}` }));
    await Promise.all(ids.map((each) => store.claim({ id: each, token: A, incarnation: 's' })));
    const answers = await loseReply(() => Promise.all(ids.map((each) => store.commit({ id: each, token: A, commitId: 'c', version: 0, fields: new Map() }))));
    for (const answer of answers) expect(answer).to.deep.equal({ status: 'committed', version: 1 });
    for (const each of ids) expect(await other.claim({ id: each, token: A, incarnation: 's' })).to.include({ version: 1, epoch: 1 });
  });

  it('P2: a commit that arrives late, after another silo took the actor, is fenced', async () => {
    await claim(store, A);
    proxy.stall();
    const late = commit('late', 0);
    await proxy.phase('the request left the silo', ({ heldRequestBytes }) => heldRequestBytes > 0);
    await claim(other, B, A);
    proxy.release();
    expect(await late).to.deep.equal({ status: 'fenced', holder: { token: B, incarnation: 'silo-b.1' } });
    expect(await state()).to.deep.equal({ version: 0, epoch: 2, value: '', sent: 0 });
  });

  it('P3: a commit that arrives a second time, long after it was answered and followed by others, changes nothing', async () => {
    await claim(store, A);
    proxy.stall();
    const first = commit('c1', 0);
    await proxy.phase('the request left the silo', ({ heldRequestBytes }) => heldRequestBytes > 0);
    // The silo gives the connection up; its bytes are still on their way.
    connection.scripts.stream?.destroy?.();
    expect(await first).to.deep.equal({ status: 'committed', version: 1, oldestUnsettled: 1 });
    expect(await commit('c2', 1)).to.deep.equal({ status: 'committed', version: 2, oldestUnsettled: 1 });
    const before = proxy.connections;
    proxy.release();
    await proxy.phase('Redis has read the late bytes', ({ connections }) => connections < before);
    expect(await state()).to.deep.equal({ version: 2, epoch: 1, value: 'c2', sent: 2 });
  });

  it('P5: a claim that arrives late takes nothing from whoever holds the actor by then', async () => {
    proxy.stall();
    const late = claim(store, A);
    await proxy.phase('the request left the silo', ({ heldRequestBytes }) => heldRequestBytes > 0);
    await claim(other, B);
    proxy.release();
    expect(await late).to.deep.equal({ status: 'taken', holder: { token: B, incarnation: 'silo-b.1' } });
  });

  it('waits while Redis refuses connections, and goes on', async () => {
    await claim(store, A);
    proxy.refuse();
    await phase('the silo noticed', () => connection.scripts.status !== 'ready');
    const waiting = commit('c1', 0);
    proxy.release();
    expect(await waiting).to.deep.equal({ status: 'committed', version: 1, oldestUnsettled: 1 });
  });
});
