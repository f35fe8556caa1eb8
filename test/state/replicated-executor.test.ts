import { expect } from 'chai';
import { RedisExecutor } from '../../state/redis-executor.js';
import { ReplicatedExecutor, type KeyedExecutor } from '../../state/replicated-executor.js';
import { FakeRedis, FakeRedisCluster, replyError, settled } from './fake-redis.js';
import { phase } from './phase.js';

const KEY = 'troupe:{c/a/k}:a';

/** One command, and whether it was answered. */
function commit(executor: KeyedExecutor, restsOnOthers = false) {
  const outcome: { answered: boolean; answer: Promise<unknown> } = { answered: false, answer: Promise.resolve() };
  outcome.answer = executor.run('commit-unit', [KEY], [], restsOnOthers).finally(() => (outcome.answered = true));
  outcome.answer.catch(() => undefined);
  return outcome;
}

/** R1, R3: what a caller would be told while no replica has his commit. */
async function answersWithoutReplica(make: (client: FakeRedis) => KeyedExecutor): Promise<boolean> {
  const client = new FakeRedis();
  const outcome = commit(make(client));
  await phase('the script was sent', () => client.sent.length > 0);
  await settled();
  if (outcome.answered) return true;
  for (let time = 0; time < 20; time++) {
    await client.answerWait(0);
    if (outcome.answered) return true;
  }
  await client.answerWait(1);
  expect(await outcome.answer).to.equal('done');
  expect(client.sent.filter((sent) => sent !== 'wait')).to.deep.equal([`script ${KEY}`]);
  return false;
}

describe('ReplicatedExecutor', () => {
  let client: FakeRedis;
  let executor: ReplicatedExecutor;
  const warnings: string[] = [];
  beforeEach(() => {
    client = new FakeRedis();
    warnings.length = 0;
    const log = { warn: (text: unknown) => void warnings.push(String(text)), info: (text: unknown) => void warnings.push(String(text)) };
    executor = new ReplicatedExecutor(new RedisExecutor(client), log);
  });
  afterEach(() => executor.stop());

  it('R1, R3: lets no answer leave before a WAIT counts a replica, however often it has to ask', async () => {
    expect(await answersWithoutReplica((fake) => new ReplicatedExecutor(new RedisExecutor(fake)))).to.equal(false);
  });

  it('is told from an executor that does not wait', async () => {
    expect(await answersWithoutReplica((fake) => new RedisExecutor(fake))).to.equal(true);
  });

  it('is told from one that waits once and takes any answer', async () => {
    const careless = (fake: FakeRedis): KeyedExecutor => {
      const inner = new RedisExecutor(fake);
      const then = async (sent: Promise<unknown>) => {
        const reply = await sent;
        await inner.command('wait', '1', '100');
        return reply;
      };
      return { run: (script, keys, args) => then(inner.run(script, keys, args)), command: (name, ...args) => then(inner.command(name, ...args)) };
    };
    expect(await answersWithoutReplica(careless)).to.equal(true);
  });

  it('asks once for all that was answered until then', async () => {
    const all = Array.from({ length: 50 }, () => commit(executor));
    await client.answerWait(1);
    await Promise.all(all.map(({ answer }) => answer));
    expect(client.waits).to.equal(1);
  });

  it('W1: has one WAIT on its way; who comes later is in the next', async () => {
    const first = commit(executor);
    await client.asked();
    const later = [commit(executor), commit(executor)];
    await settled();
    expect(client.waits).to.equal(1);
    await client.answerWait(1);
    expect([first.answered, ...later.map(({ answered }) => answered)]).to.deep.equal([true, false, false]);
    await client.answerWait(1);
    await Promise.all(later.map(({ answer }) => answer));
    expect(client.waits).to.equal(2);
  });

  it('R2: believes no WAIT of another connection: the command is carried out again, with a write behind it to wait for', async () => {
    const outcome = commit(executor);
    await client.asked();
    client.reconnect();
    await client.answerWait(1);
    expect(outcome.answered).to.equal(false);
    await client.asked();
    expect(client.sent.slice(2)).to.deep.equal([`script ${KEY}`, `script ${KEY}`, 'set', 'wait']);
    await client.answerWait(1);
    expect(await outcome.answer).to.equal('done');
  });

  it('R2: carries a command out again whose server says that it is no primary', async () => {
    const outcome = commit(executor);
    await client.answerWait(replyError('ERR WAIT cannot be used with replica instances.'));
    expect(outcome.answered).to.equal(false);
    await client.answerWait(1);
    await outcome.answer;
    expect(client.sent).to.include('set');
  });

  it('R2: does not count on a connection that was not there yet when the command was sent', async () => {
    client.stream = undefined;
    const outcome = commit(executor);
    await settled();
    expect(outcome.answered).to.equal(false);
    client.reconnect();
    await client.answerWait(1);
    await outcome.answer;
  });

  it('has a write to wait for where an answer may rest on what others wrote', async () => {
    const outcome = commit(executor, true);
    await client.answerWait(1);
    await outcome.answer;
    expect(client.sent).to.deep.equal([`script ${KEY}`, 'set', 'wait']);
  });

  it('R3: rejects what waits when it is stopped, as an outcome that nobody knows', async () => {
    const outcome = commit(executor);
    await client.asked();
    executor.stop();
    expect(await outcome.answer.catch((error: unknown) => error)).to.have.property('code', 'ERR_LINK_LOST');
  });

  it("hands on a script's own error", async () => {
    client.reply = () => {
      throw replyError('WRONGTYPE of value');
    };
    expect(String(await commit(executor).answer.catch((error: unknown) => error))).to.include('WRONGTYPE');
  });

  it('says once that no replica keeps up, and once that one does again', async () => {
    const outcome = commit(executor);
    for (let time = 0; time < 30; time++) await client.answerWait(0);
    await client.answerWait(1);
    await outcome.answer;
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.match(/no replica .* keeps up/);
    expect(warnings[1]).to.match(/keeps up again/);
  });

  describe('on a cluster', () => {
    let cluster: FakeRedisCluster;
    beforeEach(() => {
      cluster = new FakeRedisCluster();
      executor = new ReplicatedExecutor(new RedisExecutor(cluster));
    });

    it('sends command and WAIT to the master of the slot, by one connection', async () => {
      const [master, other] = cluster.members;
      const outcome = commit(executor);
      await master.answerWait(1);
      await outcome.answer;
      expect([cluster.sent, master.sent, other.sent]).to.deep.equal([[], [`script ${KEY}`, 'wait'], []]);
    });

    it('lets the cluster find the way when the slot has moved, and waits where it is then', async () => {
      const [old, next] = cluster.members;
      old.reply = () => {
        throw replyError('MOVED 1 b:2');
      };
      cluster.reply = () => {
        cluster.slots = cluster.slots.map(() => ['b:2']);
        return 'done';
      };
      const outcome = commit(executor);
      await next.answerWait(1);
      await outcome.answer;
      expect([cluster.sent, old.waits, next.sent]).to.deep.equal([[`script ${KEY}`], 0, [`script ${KEY}`, 'set', 'wait']]);
    });

    it('goes where ASK says in the middle of a move, and waits there', async () => {
      const [old, importing] = cluster.members;
      old.reply = () => {
        throw replyError('ASK 1 b:2');
      };
      const outcome = commit(executor);
      await importing.answerWait(1);
      await outcome.answer;
      expect([cluster.sent, old.waits, importing.sent]).to.deep.equal([[], 0, ['asking', `script ${KEY}`, 'wait']]);
    });

    it('takes no answer of a node that is gone', async () => {
      const [gone, next] = cluster.members;
      const outcome = commit(executor);
      await gone.asked();
      cluster.slots = cluster.slots.map(() => ['b:2']);
      gone.status = 'end';
      gone.emit('end');
      await next.answerWait(1);
      await outcome.answer;
      expect(next.sent).to.deep.equal([`script ${KEY}`, 'set', 'wait']);
    });
  });
});
