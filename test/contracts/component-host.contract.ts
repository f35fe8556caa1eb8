// What every host promises of the entities that it makes, whatever stands between them and the silo.
import { expect } from 'chai';
import { componentMetadata, type ClassMetadata } from '../../decorators/index.js';
import type { Host, Hosted } from '../../isolation/host.js';
import { createCodec, type Codec } from '../../protocol/codec/index.js';
import { InvalidArgumentError, NotSerializableError } from '../../protocol/errors/index.js';
import type { TurnInfo } from '../../sdk/context/turn-scope.js';
import { Gauge, Mark, Passed } from '../isolation/fixtures/gauge.js';
import { FakeRuntime, fakeTurn } from '../isolation/fake-runtime.js';

interface Settings {
  readonly make: (codec: Codec) => Host;
  /** Of the class that is run. */
  readonly isolation: ClassMetadata['isolation'];
}

/** The suite; run it once for each host. */
export function describeComponentHost(name: string, { make, isolation }: Settings): void {
  describe(`component host: ${name}`, () => {
    let host: Host;
    let runtime: FakeRuntime;
    let entity: Hosted;

    const create = async (fields: ReadonlyMap<string, Uint8Array> = new Map()): Promise<Hosted> => {
      const metadata = { ...componentMetadata(Gauge)!, isolation };
      return host.create({ id: runtime.id, metadata, fields, runtime });
    };
    const run = async (method: string, args: readonly unknown[] = [], turn: TurnInfo = fakeTurn(runtime.id, method)): Promise<unknown> => entity.run(method, args, turn);

    before(() => {
      runtime = new FakeRuntime();
      host = make(runtime.codec);
    });
    beforeEach(async () => {
      runtime.forget();
      entity = await create();
    });
    afterEach(() => entity.dispose());
    after(() => host.stop());

    it('runs methods, synchronous and not, and gives what they return', async () => {
      expect(await run('raise', [4])).to.equal(5);
      expect(await run('raiseLater', [4])).to.equal(9);
    });

    it('gives what methods throw, of its own class', async () => {
      const now = await run('throwNow').catch((error: unknown) => error);
      expect([now instanceof RangeError, (now as Error).message]).to.deep.equal([true, 'above the top']);
      const later = await run('throwLater').catch((error: unknown) => error);
      expect([later instanceof TypeError, (later as Error).message]).to.deep.equal([true, 'below the bottom']);
    });

    it('knows the hooks of the class', () => {
      expect([entity.has('onActivate'), entity.has('onDeactivate')]).to.deep.equal([true, false]);
    });

    it('stages nothing of a new instance, nor after a turn that changed nothing', async () => {
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
      await run('raise', [0]);
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
    });

    it('stages what differs from the last accepted state, by the way in which it is saved', async () => {
      await run('raise', [1]);
      await run('mark', [7]);
      await run('see', ['me']);
      const staged = await entity.stage();
      expect([[...staged.saved.keys()], [...staged.lazy.keys()]]).to.deep.equal([['level', 'marks'], ['seen']]);
      const marks = runtime.codec.decode(staged.saved.get('marks')!) as Mark[];
      expect(marks.map((mark) => [mark instanceof Mark, mark.at])).to.deep.equal([[true, 1], [true, 7]]);
      entity.accept(staged);
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
    });

    it('goes back to the last accepted state, and no further', async () => {
      await run('raise', [1]);
      entity.accept(await entity.stage());
      await run('raise', [10]);
      await run('mark', [7]);
      await entity.rollback();
      expect(await run('all')).to.deep.equal({ level: 2, marks: [new Mark(1)], seen: 'nobody' });
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
    });

    it('accepts what was staged, not what came after it', async () => {
      await run('raise', [1]);
      const staged = await entity.stage();
      await run('raise', [10]);
      entity.accept(staged);
      const later = await entity.stage();
      expect(runtime.codec.decode(later.saved.get('level')!)).to.equal(12);
      await entity.rollback();
      expect(await run('all')).to.include({ level: 2 });
    });

    it('stages a field that went back to what it was, when that is not what was accepted', async () => {
      await run('raise', [1]);
      const staged = await entity.stage();
      await run('raise', [-1]);
      entity.accept(staged);
      expect(runtime.codec.decode((await entity.stage()).saved.get('level')!)).to.equal(1);
    });

    it('refuses to stage what cannot be saved, naming the field, until it is undone', async () => {
      await run('spoil');
      const refused = await Promise.resolve().then(() => entity.stage()).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(NotSerializableError);
      expect((refused as Error).message).to.contain('Gauge.marks');
      await entity.rollback();
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
    });

    it('begins with saved state', async () => {
      const codec = createCodec();
      entity = await create(new Map([['level', codec.encode(40, 'x')], ['marks', codec.encode([new Mark(3)], 'x')]]));
      expect(await run('all')).to.deep.equal({ level: 40, marks: [new Mark(3)], seen: 'nobody' });
      expect(sizes(await entity.stage())).to.deep.equal([0, 0, 0]);
    });

    it('captures all that was accepted', async () => {
      await run('mark', [7]);
      await run('see', ['me']);
      entity.accept(await entity.stage());
      await run('raise', [10]);
      const captured = entity.capture();
      expect((runtime.codec.decode(captured.get('marks')!) as Mark[]).map(({ at }) => at)).to.deep.equal([1, 7]);
      expect(runtime.codec.decode(captured.get('seen')!)).to.equal('me');
      // What never changed is what the constructor makes: it need not be there.
      expect(captured.has('level') ? runtime.codec.decode(captured.get('level')!) : 1).to.equal(1);
    });

    it('carries plain data, instances, dates, maps, bytes, undefined and handles both ways', async () => {
      const values = [{ a: [1, 'two', null], b: undefined }, new Mark(3), new Date(5), new Map([['k', new Set([1n])]]), new Uint8Array([1, 2]), undefined, -0, NaN, '', [[]]];
      for (const value of values) {
        await run('keep', [runtime.codec.copy(value, 'args')]);
        expect(await run('give')).to.deep.equal(value);
      }
      await run('keep', [runtime.handle({ type: 'town', key: 'k' })]);
      expect(String(await run('give'))).to.equal('town/k');
      expect((await run('me') as unknown[]).map(String)).to.deep.equal(['town/t1#gauge', 'town/t1']);
    });

    it('shows the turn to its code', async () => {
      const turn = fakeTurn(runtime.id, 'turn', { from: { type: 'town', key: 'other' }, identity: { id: 'ada', roles: ['r'] }, deadline: 99, baggage: { a: 'b' } });
      expect(await run('turn', [], turn)).to.deep.equal({
        method: 'turn', from: { type: 'town', key: 'other' }, identity: { id: 'ada', roles: ['r'] }, deadline: 99, baggage: { a: 'b' }, key: 't1', type: 'town',
      });
    });

    it('makes the calls of its code, as code of its turn, and gives their results and errors', async () => {
      runtime.answer = (what) => ({ got: what });
      const turn = fakeTurn(runtime.id, 'ask');
      expect(await run('ask', ['other', new Mark(2)], turn)).to.deep.equal({ got: new Mark(2) });
      expect(runtime.calls).to.deep.equal([{ target: 'other/x', method: 'answer', mode: 'call', isOfTurn: true }]);
      runtime.answer = () => { throw new InvalidArgumentError('no', { path: 'args[0]' }); };
      const refused = await run('ask', ['other', 1]).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(InvalidArgumentError).with.property('path', 'args[0]');
    });

    it('hands events on as instances of their classes', async () => {
      await run('pass', [4]);
      await run('passLive', [5]);
      expect(runtime.events.map(({ event, live, key }) => [event instanceof Passed, (event as Passed).mark.doubled(), live, key])).to.deep.equal([[true, 8, false, undefined], [true, 10, true, 'k']]);
    });

    it("hands the code's log and wishes on", async () => {
      await run('onActivate');
      await run('end');
      expect(runtime.logged).to.deep.equal(['awake']);
      expect(runtime.ends).to.deep.equal(['deactivate']);
    });

    it('lets timers call back, as code of the tick', async () => {
      await run('tickEvery');
      await runtime.tick(5);
      await runtime.tick(5);
      expect(await run('ticked')).to.equal(2);
    });

    it('knows the siblings', async () => {
      expect(await run('siblings')).to.deep.equal(['town/t1#gauge']);
    });

    it('refuses a result that cannot be sent or is its own, without harm', async () => {
      // Inline the silo copies the result, and refuses it then.
      const outcome = await run('unsendable').then((value) => runtime.codec.copy(value, 'result')).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(NotSerializableError);
      expect(await run('raise', [1])).to.equal(2);
    });
  });
}

function sizes({ saved, lazy, manual }: { readonly saved: ReadonlyMap<string, unknown>; readonly lazy: ReadonlyMap<string, unknown>; readonly manual: ReadonlyMap<string, unknown> }): readonly number[] {
  return [saved.size, lazy.size, manual.size];
}
