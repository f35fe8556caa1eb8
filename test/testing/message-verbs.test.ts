// What a test can see of messages: the same on one silo, on several in memory, and on real ones.
import { expect } from 'chai';
import { RemoteError, SiloUnavailableError, type Handle } from '../../sdk/index.js';
import { startTestCluster, type ProcessCluster, type TestCluster } from '../../silo/testing/index.js';
import { happens } from '../support/happens.js';
import { failure } from '../support/memory-silo.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';
import { Called, Crier, Hearer } from './fixtures/crier.fixture.js';

const FIXTURE = new URL('./fixtures/crier.fixture.js', import.meta.url);

type Cluster = TestCluster | ProcessCluster;

describe('what a test cluster says of messages', () => {
  contract('one silo in memory', () => startTestCluster({ modules: [Crier, Hearer], log: 'silent' }));
  contract('three silos in memory', () => startTestCluster({ modules: [Crier, Hearer], silos: 3, seed: 3, log: 'silent' }));

  describe('on a real Redis', function () {
    this.timeout(60_000);
    let redis: TestRedis;
    before(async () => {
      redis = await acquireRedis();
    });
    after(() => redis.stop());
    contract('two processes', () => startTestCluster({ modules: [FIXTURE], silos: 2, redis: redis.url, log: 'silent' }));
  });

  it('is asked of a silo that lives: through a dead one nothing is, through the cluster all of it', async () => {
    await using t = await startTestCluster({ modules: [Crier, Hearer], silos: 3, seed: 3, log: 'silent' });
    const dead = t.silo('s1');
    t.kill('s1');
    expect(await failure(dead.deadLetters.count())).to.be.instanceOf(SiloUnavailableError);
    expect(await failure(dead.broadcast('none').processed)).to.be.instanceOf(SiloUnavailableError);
    expect(await t.deadLetters.count()).to.equal(0);
  });

  it('ends with the silo that it was asked of', async () => {
    await using t = await startTestCluster({ modules: [Crier, Hearer], silos: 3, seed: 3, log: 'silent' });
    const asked = failure(t.silo('s2').broadcast('none').processed);
    await t.clock.advance('1s');
    t.kill('s2');
    expect((await asked).message).to.match(/silo 's2' was killed/);
  });
});

describe('the clock of a test cluster', () => {
  for (const silos of [1, 3]) {
    it(`moves reminders and the pauses between attempts, and nothing else does (${silos} in memory)`, async () => {
      await using t = await startTestCluster({ modules: [Crier, Hearer], silos, seed: 3, log: 'silent' });
      const hearer = t.actor(Hearer, 'h');
      const through = <T>(call: Promise<T>): Promise<T> => t.clock.until(call);
      await through(hearer.hearLater('later', 60_000));
      await t.clock.advance('59s');
      expect(await through(hearer.all())).to.deep.equal([]);
      await t.clock.advance('2s');
      expect(await through(hearer.all())).to.deep.equal(['later']);

      await through(hearer.deafen(true));
      await through(t.actor(Crier, 'c').bind(Called, hearer));
      await through(t.actor(Crier, 'c').cry('first'));
      await t.clock.advance('400ms');
      expect(await through(hearer.tries()), 'the first pause is half a second at least').to.equal(1);
      await t.clock.advance('2s');
      expect([await through(hearer.tries()), await through(t.deadLetters.count())]).to.deep.equal([2, 1]);
    });
  }
});

function contract(form: string, start: () => Promise<Cluster>): void {
  describe(form, () => {
    let t: Cluster;
    before(async () => {
      t = await start();
    });
    after(() => t.stop());

    const hearer = (key: string): Handle<Hearer> => t.actor(Hearer, key);
    const through = <T>(call: Promise<T>): Promise<T> => t.clock.until(call);
    const hears = (key: string, words: string): Promise<void> => happens(t, `${key} hears ${words}`, async () => (await hearer(key).all()).join() === words);

    it('lists dead letters and their number, sends one anew and discards another', async () => {
      await through(hearer('h').deafen(true));
      for (const word of ['a', 'b']) await through(hearer('h').tell.hear(word));
      await happens(t, 'two letters', async () => (await t.deadLetters.count('tmv-hearer')) === 2);
      expect(await through(t.deadLetters.count('tmv-crier'))).to.equal(0);
      const { letters } = await through(t.deadLetters.list({ limit: 10 }));
      expect(letters.map(({ target, method, attempts, error }) => [`${target.type}/${target.key}`, method, attempts, error.name, error.message])).to.deep.equal([
        ['tmv-hearer/h', 'hear', 2, 'RangeError', "cannot hear 'b'"],
        ['tmv-hearer/h', 'hear', 2, 'RangeError', "cannot hear 'a'"],
      ]);
      await through(hearer('h').deafen(false));
      expect(await through(t.deadLetters.retry(letters[1]!.id))).to.equal(true);
      await hears('h', 'a');
      expect(await through(t.deadLetters.discard(letters[0]!.id))).to.equal(true);
      expect(await through(t.deadLetters.discard('none'))).to.equal(false);
      expect(await through(t.deadLetters.count())).to.equal(0);
      for (const wrong of [{ limit: 0 }, { cursor: 'x' }, { cursor: '' }]) expect((await failure(t.deadLetters.list(wrong))).name).to.equal('ConfigurationError');
    });

    it('re-opens receipts by id, through the cluster and through each silo, with the failures by listener', async () => {
      await through(hearer('deaf').deafen(true));
      for (const key of ['hearing', 'deaf']) await through(t.actor(Crier, 'receipts').bind(Called, hearer(key)));
      const id = await through(t.actor(Crier, 'receipts').cry('hear'));
      expect(await through(t.broadcast(id).received)).to.deep.equal({ delivered: 2, failed: [] });
      for (const { broadcast } of [t, ...t.silos].map((door) => ({ broadcast: door.broadcast.bind(door) }))) {
        const { delivered, failed } = await through(broadcast(id).processed);
        expect(delivered).to.equal(1);
        expect(failed.map(({ listener, error }) => [listener, error.message])).to.deep.equal([['tmv-hearer/deaf', "cannot hear 'hear'"]]);
        expect(failed[0]!.error).to.be.instanceOf(RemoteError).and.have.property('remoteName', 'RangeError');
      }
      const { letters } = await through(t.deadLetters.list());
      expect(letters.map(({ target, event }) => [target.key, event])).to.deep.equal([['deaf', 'tmv-called']]);
      await through(t.deadLetters.discard(letters[0]!.id));
    });

    it('a durable event reaches those who listen live too, once, at whichever silo they are connected', async () => {
      const heard = new Map<string, string[]>();
      for (const { name } of t.silos) {
        const client = await through(t.client({ id: name }, name));
        heard.set(name, []);
        await through(client.actor<Crier>('tmv-crier', 'live').on(Called, ({ word }) => void heard.get(name)!.push(word)));
      }
      await through(t.actor(Crier, 'live').bind(Called, hearer('live')));
      for (const word of ['one', 'two']) await through(t.actor(Crier, 'live').cry(word));
      await hears('live', 'one,two');
      await happens(t, 'all have heard', () => [...heard.values()].every(({ length }) => length >= 2));
      expect([...heard.values()]).to.deep.equal(t.silos.map(() => ['one', 'two']));
    });

    it('has handles that tell, send, bind and unbind', async () => {
      expect((await failure(hearer('verbs').with({ timeout: '1s' }).tell.hear('never'))).message).to.match(/with 'timeout' is for calls/);
      expect((await failure(hearer('verbs').with({ signal: new AbortController().signal }).tell.hear('never'))).message).to.match(/with 'signal' is for calls/);
      await through(hearer('verbs').tell.hear('told'));
      await hears('verbs', 'told');
      await through(hearer('verbs').send(new Called('sent')));
      await hears('verbs', 'told,sent');
      await through(t.actor(Crier, 'verbs').bind(Called, hearer('verbs')));
      await through(t.actor(Crier, 'verbs').cry('bound'));
      await hears('verbs', 'told,sent,bound');
      await through(t.actor(Crier, 'verbs').unbind(Called, hearer('verbs')));
      const id = await through(t.actor(Crier, 'verbs').cry('nobody'));
      expect(await through(t.broadcast(id).processed)).to.deep.equal({ delivered: 0, failed: [] });
    });
  });
}
