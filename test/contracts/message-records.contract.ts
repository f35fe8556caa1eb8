// What every MessageRecords promises (protocol/ports/message-records.ts). Run on Redis and in memory.
import { expect } from 'chai';
import type { BroadcastTrackers, CallJournal, ChainEnds, DeadLetter, DeadLetterPage, DeadLetterStore, MessageRecords } from '../../protocol/ports/message-records.js';
import { utf8 } from '../state/contract/store-bench.js';

export interface RecordsUnderTest {
  readonly records: MessageRecords;
  dispose(): Promise<void>;
}

/** Runs the whole suite on records that `makeRecords` opens, anew for each test. */
export function messageRecordsContract(name: string, makeRecords: () => Promise<RecordsUnderTest>): void {
  describe(`MessageRecords: ${name}`, () => {
    let made: RecordsUnderTest;
    beforeEach(async () => (made = await makeRecords()));
    afterEach(() => made.dispose());

    deadLetters(() => made.records.deadLetters);
    broadcasts(() => made.records.broadcasts);
    journal(() => made.records.journal);
    chainEnds(() => made.records.chainEnds);
  });
}

export function letter(id: string, parts: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id, target: { type: 'player', key: 'p {1}\n' }, kind: 'tell', name: 'hurt', attempts: 5, error: { name: 'RangeError', message: 'too\nmuch "☃"' }, at: 1_700_000_000_000,
    payload: Uint8Array.from([0, 10, 13, 255, 10]), sender: 'arena/a', sequence: 7, ...parts,
  };
}

function deadLetters(opened: () => DeadLetterStore): void {
  describe('dead letters', () => {
    const pages = async (limit: number, type?: string): Promise<readonly DeadLetterPage[]> => {
      const page = await opened().list({ limit, type });
      const found = [page];
      for (let { cursor } = page; cursor !== undefined; cursor = found.at(-1)?.cursor) found.push(await opened().list({ limit, type, cursor }));
      return found;
    };
    const ids = async (limit: number, type?: string) => (await pages(limit, type)).flatMap(({ letters }) => letters.map(({ id }) => id));
    const addAll = async (...all: readonly string[]) => {
      for (const id of all) await opened().add(letter(id));
    };

    it('come back whole, by id and on pages', async () => {
      const whole = letter('a#1 {x}', { target: { type: 'player', key: 'ü/☃', component: 'Bag' }, payload: new Uint8Array() });
      expect(await opened().add(whole)).to.equal(true);
      expect(await opened().add(letter('b'))).to.equal(true);
      expect(await opened().get('a#1 {x}')).to.deep.equal(whole);
      expect((await opened().list({ limit: 9 })).letters).to.deep.equal([letter('b'), whole]);
      expect(await opened().get('c')).to.equal(undefined);
    });

    it('are added once, and stay as they were first', async () => {
      expect(await opened().add(letter('a'))).to.equal(true);
      expect(await opened().add(letter('a', { attempts: 99 }))).to.equal(true);
      expect([await opened().count(), (await opened().get('a'))?.attempts]).to.deep.equal([1, 5]);
      await Promise.all(Array.from({ length: 20 }, () => opened().add(letter('at once'))));
      expect(await ids(9)).to.deep.equal(['at once', 'a']);
    });

    it('are listed newest first; what comes meanwhile is on no later page, and what goes leaves no gap', async () => {
      await addAll('a', 'b', 'c', 'd', 'e', 'f');
      const first = await opened().list({ limit: 2 });
      expect(first.letters.map(({ id }) => id)).to.deep.equal(['f', 'e']);
      await addAll('g');
      await opened().remove('e');
      await opened().remove('d');
      const second = await opened().list({ limit: 2, cursor: first.cursor });
      expect(second.letters.map(({ id }) => id)).to.deep.equal(['c', 'b']);
      expect(await ids(1)).to.deep.equal(['g', 'f', 'c', 'b', 'a']);
      expect(await opened().list({ limit: 0 })).to.deep.equal({ letters: [] });
    });

    it('are listed and counted by the type that they were sent to', async () => {
      for (const [id, type] of [['1', 'player'], ['2', 'arena'], ['3', 'player'], ['4', 'arena.x'], ['5', 'player']] as const) {
        await opened().add(letter(id, { target: { type, key: 'k' } }));
      }
      expect([await ids(2, 'player'), await ids(2, 'arena'), await ids(9, 'nobody')]).to.deep.equal([['5', '3', '1'], ['2'], []]);
      expect(await Promise.all([undefined, 'player', 'arena', 'nobody'].map((type) => opened().count(type)))).to.deep.equal([5, 3, 1, 0]);
      await opened().remove('3');
      expect([await ids(9, 'player'), await opened().count('player'), await opened().count()]).to.deep.equal([['5', '1'], 2, 4]);
    });

    it('stay removed, however often that is asked, and do not come back by a late repeat', async () => {
      await addAll('a', 'b');
      const answers = await Promise.all([opened().remove('a'), opened().remove('a'), opened().remove('nothing')]);
      expect(answers).to.deep.equal([true, true, false]);
      expect(await opened().add(letter('a'))).to.equal(false);
      expect(await opened().add(letter('nothing'))).to.equal(true);
      expect([await opened().get('a'), await ids(9)]).to.deep.equal([undefined, ['nothing', 'b']]);
    });

    it('come on small pages when they are large', async () => {
      const payload = new Uint8Array(1_500_000).fill(10);
      for (const id of ['a', 'b', 'c', 'd', 'e']) await opened().add(letter(id, { payload }));
      const found = await pages(100);
      expect(found.map(({ letters }) => letters.length).slice(0, 2)).to.deep.equal([3, 2]);
      expect(found.flatMap(({ letters }) => letters.map(({ payload: each }) => each.length))).to.deep.equal(Array(5).fill(1_500_000));
    });
  });
}

function journal(opened: () => CallJournal): void {
  describe('call journal', () => {
    const note = (id: string, ordinal: number, hash: string) => opened().note(id, ordinal, hash);

    it('keeps what was noted first, however often and by whom it is noted again', async () => {
      expect(await note('a {1}', 0, 'x')).to.deep.equal({ isNew: true, hash: 'x' });
      expect([await note('a {1}', 0, 'x'), await note('a {1}', 0, 'y')]).to.deep.equal([{ isNew: false, hash: 'x' }, { isNew: false, hash: 'x' }]);
      const racing = await Promise.all(Array.from({ length: 20 }, (_, i) => note('a {1}', 1, `h${i}`)));
      expect(racing.filter(({ isNew }) => isNew)).to.have.length(1);
      expect(new Set(racing.map(({ hash }) => hash)).size).to.equal(1);
    });

    it('keeps messages and places apart, and forgets a message whole', async () => {
      for (const [id, ordinal] of [['a', 0], ['a', 10], ['b', 0]] as const) expect((await note(id, ordinal, `${id}${ordinal}`)).isNew).to.equal(true);
      await opened().drop('a');
      await opened().drop('unknown');
      expect([await note('a', 0, 'other'), await note('a', 10, 'z'), await note('b', 0, 'z')]).to.deep.equal([
        { isNew: true, hash: 'other' }, { isNew: true, hash: 'z' }, { isNew: false, hash: 'b0' },
      ]);
    });
  });
}

function chainEnds(opened: () => ChainEnds): void {
  describe('ends of chains', () => {
    const well = { failed: false, payload: Uint8Array.from([0, 10, 13, 255]) };

    it('keep what came first, bytes as they are, each for itself', async () => {
      expect(await opened().find('a {1}')).to.equal(undefined);
      await opened().keep('a {1}', well);
      await opened().keep('a {1}', { failed: true, payload: utf8('later') });
      await opened().keep('b', { failed: true, payload: new Uint8Array() });
      expect(await opened().find('a {1}')).to.deep.include(well);
      expect(await opened().find('b')).to.deep.include({ failed: true, payload: new Uint8Array() });
    });

    it('forget what is dropped', async () => {
      await opened().keep('a', well);
      await opened().drop('a');
      await opened().drop('unknown');
      expect(await opened().find('a')).to.equal(undefined);
    });
  });
}

function broadcasts(opened: () => BroadcastTrackers): void {
  describe('broadcast trackers', () => {
    const id = 'arena/a {1}#7';
    const failure = (ordinal: number, message = 'no') => ({ ordinal, listener: `player/${ordinal}`, error: { name: 'RangeError', message } });
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

    it('count each listener once, however often and in whatever order it is reported', async () => {
      await opened().open(id, utf8('arena/a'));
      expect(await opened().status(id)).to.deep.equal({ info: utf8('arena/a'), received: 0, processed: 0, failedCount: 0, failed: [] });
      expect(await opened().received(id, [0, 2, 2])).to.deep.equal({ received: 2, processed: 0, failedCount: 0 });
      expect(await opened().processed(id, [2, 3])).to.deep.equal({ received: 3, processed: 2, failedCount: 0 });
      expect(await opened().received(id, [3, 2, 0])).to.deep.equal({ received: 3, processed: 2, failedCount: 0 });
      expect(await opened().expanded(id, 4)).to.deep.equal({ total: 4, received: 3, processed: 2, failedCount: 0 });
      expect(await opened().expanded(id, 9)).to.include({ total: 4 });
      expect(await opened().processed(id, [3, 0], [failure(1)])).to.deep.equal({ total: 4, received: 4, processed: 4, failedCount: 1 });
      expect(await opened().processed(id, [], [failure(1, 'again')])).to.deep.equal({ total: 4, received: 4, processed: 4, failedCount: 1 });
      expect(await opened().status(id)).to.deep.equal({
        total: 4, info: utf8('arena/a'), received: 4, processed: 4, failedCount: 1, failed: [failure(1)],
      });
    });

    it('come to the same whatever came first', async () => {
      const reports: readonly ((of: string) => Promise<unknown>)[] = [
        (of) => opened().received(of, range(0, 60)), (of) => opened().expanded(of, 300), (of) => opened().processed(of, range(30, 200)),
        (of) => opened().processed(of, [], range(150, 300).map((n) => failure(n))), (of) => opened().processed(of, [7], range(100, 170).map((n) => failure(n))),
      ];
      const orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1, 4, 2]];
      const statuses = await Promise.all(orders.map(async (order, i) => {
        await opened().open(`order ${i}`, utf8('i'));
        for (const report of order) await reports[report]!(`order ${i}`);
        return opened().status(`order ${i}`);
      }));
      expect(statuses[0]).to.deep.include({ total: 300, received: 300 - 30 + 30, processed: 271, failedCount: 200 });
      expect(statuses[0]?.failed).to.deep.equal(range(100, 200).map((n) => failure(n)));
      expect(statuses[1]).to.deep.equal(statuses[0]);
      expect(statuses[2]).to.deep.equal(statuses[0]);
    });

    it('stay as they are when they are opened again, and begin apart from each other', async () => {
      await opened().open(id, utf8('first'));
      await opened().received(id, [5]);
      await opened().open(id, utf8('second'));
      await opened().open(`${id}0`, utf8('other'));
      expect(await opened().status(id)).to.deep.include({ info: utf8('first'), received: 1 });
      expect(await opened().status(`${id}0`)).to.deep.include({ info: utf8('other'), received: 0 });
    });

    it('that nobody opened hear nothing, and reports say so', async () => {
      const answers = [await opened().received(id, [1]), await opened().processed(id, [1], [failure(2)]), await opened().expanded(id, 3), await opened().status(id)];
      expect(answers).to.deep.equal([undefined, undefined, undefined, undefined]);
      await opened().open(id, utf8('i'));
      expect(await opened().status(id)).to.deep.equal({ info: utf8('i'), received: 0, processed: 0, failedCount: 0, failed: [] });
    });

    it('count tens of thousands of listeners', async () => {
      await opened().open(id, utf8('i'));
      for (let from = 0; from < 20_000; from += 5000) await opened().processed(id, range(from, from + 5000));
      expect(await opened().expanded(id, 20_000)).to.deep.equal({ total: 20_000, received: 20_000, processed: 20_000, failedCount: 0 });
    });

    it('refuse an ordinal that they have no bit for, and count nothing of that report', async () => {
      await opened().open(id, utf8('i'));
      for (const wrong of [-1, 1.5, NaN, 2 ** 24]) {
        const errors = await Promise.all([opened().received(id, [1, wrong]), opened().processed(id, [1], [failure(wrong)])].map((report) => report.catch((error: unknown) => error)));
        for (const error of errors) expect(error).to.have.property('code', 'ERR_INVALID_ARGUMENT');
      }
      expect(await opened().received(id, [2 ** 24 - 1])).to.include({ received: 1, processed: 0 });
    });
  });
}
