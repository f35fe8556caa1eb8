// Keys that break careless encodings, end to end: from a client's socket and from a silo's code to the store, and back after a restart.
import { inspect } from 'node:util';
import { expect } from 'chai';
import { connect, type Client } from '../../sdk/client/index.js';
import { ConfigurationError, ForbiddenError, InvalidArgumentError } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { RawSocket } from '../gateway/raw-socket.js';
import { acceptableKeys, REFUSED_KEYS } from '../state/contract/hostile-keys.js';
import { Chest, Pocket } from './chest.js';
import { KEY_STORES, keySilo, type KeySilo, type KeyStore } from './key-bench.js';

const KEYS = acceptableKeys();
const shown = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key.slice(0, 60)) : inspect(key));

/** 16 at a time: one after the other would only wait for sockets. */
async function inGroups<T>(all: readonly T[], each: (one: T, index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += 16) await Promise.all(all.slice(from, from + 16).map((one, at) => each(one, from + at)));
}

describe('hostile keys', () => {
  it('that are tried are 200 and more, no two the same', () => {
    expect(KEYS).to.have.length.above(200);
    expect(new Set(KEYS)).to.have.length(KEYS.length);
    expect(new Set(KEYS.map((key) => key.normalize('NFKC').toLowerCase().trim()))).to.have.length.below(KEYS.length - 30);
  });

  for (const [where, open] of Object.entries(KEY_STORES)) {
    describe(where, () => {
      let kept: KeyStore;
      let silo: KeySilo;
      let client: Client;
      let foreign: ReadonlySet<string>;
      const enter = async (): Promise<void> => {
        silo = await keySilo(kept.store);
        client = await connect({ address: silo.address, token: 'stranger' });
      };
      const leave = async (): Promise<void> => {
        await client.close();
        await silo.stop();
      };
      before(async () => {
        kept = await open();
        foreign = new Set(await kept.keys());
        await enter();
      });
      after(async () => {
        await leave();
        await kept.close();
      });

      it('are an actor each, with a component each, for the silo, for other actors and for clients, also after a restart', async function () {
        this.timeout(60_000);
        const put = await Promise.all(KEYS.map((key, i) => silo.actor(Chest, key).put(`value ${i}`)));
        expect(put).to.deep.equal(KEYS);
        await Promise.all(KEYS.map((key, i) => client.actor<Chest>('hostile', key).getComponent(Pocket).put(`pocket ${i}`)));
        for (const round of ['before', 'after']) {
          const held = KEYS.map((key, i) => [key, `value ${i}`]);
          const pockets = KEYS.map((_, i) => `pocket ${i}`);
          expect(await Promise.all(KEYS.map((key) => silo.actor(Chest, key).look())), round).to.deep.equal(held);
          expect(await Promise.all(KEYS.map((key) => silo.actor(Chest, 'the looker').lookInto(key))), round).to.deep.equal(held);
          expect(await Promise.all(KEYS.map((key) => client.actor<Chest>('hostile', key).look())), round).to.deep.equal(held);
          expect(await Promise.all(KEYS.map((key) => silo.actor(Chest, key).getComponent(Pocket).look())), round).to.deep.equal(pockets);
          expect(await Promise.all(KEYS.map((key) => client.actor<Chest>('hostile', key).getComponent(Pocket).look())), round).to.deep.equal(pockets);
          if (round === 'before') await leave().then(enter);
        }
      });

      it('are the id of an identity each: its session actor is its own, and nobody else is let at it', async function () {
        this.timeout(60_000);
        await inGroups(KEYS, async (key, i) => {
          await using own = await connect({ address: silo.address, token: key });
          expect(own.identity.id, shown(key)).to.equal(key);
          await own.self<Chest>().put(`session ${i}`);
        });
        const refusals = await Promise.all(KEYS.map((key) => failure(client.actor<Chest>('hostile', key).mine())));
        expect(refusals.filter((error) => !(error instanceof ForbiddenError))).to.deep.equal([]);
        await inGroups(KEYS, async (key, i) => {
          await using own = await connect({ address: silo.address, token: key });
          expect(await own.self<Chest>().mine(), shown(key)).to.equal(`session ${i}`);
        });
      });

      it('are an idempotency key each, for silos and for clients, also after a restart; longer than 256 characters they are refused', async function () {
        this.timeout(60_000);
        const fit = [...KEYS.filter(({ length }) => length <= 256), '\ud800', '\udc00', 'a\ud800', 'a\ufffd'];
        const onSilo = (key: string): Promise<number> => silo.actor(Chest, 'counted by silos').with({ idempotencyKey: key }).next();
        const onClient = (key: string): Promise<number> => client.actor<Chest>('hostile', 'counted by clients').with({ idempotencyKey: key }).next();
        const expected = fit.map((_, i) => i + 1);
        for (const round of ['first', 'again', 'after a restart']) {
          if (round === 'after a restart') await leave().then(enter);
          for (const count of [onSilo, onClient]) {
            const counts: number[] = [];
            for (const key of fit) counts.push(await count(key));
            expect(counts, round).to.deep.equal(expected);
          }
        }
        for (const key of ['', 'x'.repeat(257), ...KEYS.filter(({ length }) => length > 256)]) {
          for (const handle of [silo.actor(Chest, 'a'), client.actor<Chest>('hostile', 'a')]) {
            expect(() => handle.with({ idempotencyKey: key })).to.throw(ConfigurationError, 'idempotencyKey is a string of 1 to 256 characters');
          }
        }
      });

      it('make no key in Redis outside the cluster, none with a second hash tag, and one row each', async () => {
        const made = (await kept.keys()).filter((key) => !foreign.has(key));
        const table = new RegExp(`^troupe:\\{${kept.cluster}/hostile/(?:[A-Za-z0-9_-]{2,86}|~[A-Za-z0-9_-]{22})\\}:(?:a|ops)$`);
        expect(made.filter((key) => !table.test(key))).to.deep.equal([]);
        // Those who looked, counted or were there as strangers have no more than the row of who is awake.
        const others = ['the looker', 'counted by silos', 'counted by clients', 'stranger'];
        const rows = made.filter((key) => key.endsWith(':a'));
        if (where === 'on Redis') expect(rows.length).to.be.within(KEYS.length, KEYS.length + others.length);
      });

      for (const [key, problem] of REFUSED_KEYS) {
        it(`are refused where they cannot be kept apart: ${shown(key)}, with '${problem}'`, async () => {
          const reach = [
            () => silo.actor(Chest, key as string),
            () => client.actor('hostile', key as string),
          ];
          for (const attempt of reach) expect(attempt).to.throw(InvalidArgumentError, `key: ${problem}`);
          if (typeof key !== 'string') return;
          expect(await failure(silo.actor(Chest, 'a').reach(key))).to.be.instanceOf(InvalidArgumentError).and.have.property('message', `key: ${problem}`);
        });
      }

      it('are refused as well to a client that does not check them itself', async () => {
        const raw = await RawSocket.open(silo.address, 'raw');
        for (const [key, problem] of REFUSED_KEYS.filter(([each]) => typeof each === 'string')) {
          const { error } = await raw.call('hostile', key, null, 'look');
          expect(error, shown(key)).to.include({ code: 'ERR_INVALID_ARGUMENT', message: `key: ${problem}` });
          expect((await raw.call('hostile', key, 'Pocket', 'look')).error).to.include({ message: `key: ${problem}` });
        }
        for (const key of [7, true, null, ['a'], { toString: 'a' }]) {
          expect((await raw.call('hostile', key, null, 'look')).error, shown(key)).to.include({ code: 'ERR_INVALID_ARGUMENT', message: 'malformed request: key: expected a string' });
        }
        await raw.close();
      });
    });
  }
});
