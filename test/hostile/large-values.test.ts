// Values that are too deep, endless or large, where the cluster trusts whoever gives them: arguments, results, state, events, errors.
import { expect } from 'chai';
import { Actor, ActorEvent, NotSerializableError, On, Public, ReadOnly, Serializable, State, type ActorContext, type Handle } from '../../sdk/index.js';
import { gatewaySilo } from '../gateway/silo-fixture.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@Serializable('lv-link')
class Link {
  constructor(readonly next?: unknown) {}
}
@Public()
@ActorEvent('lv-said')
class Said {
  constructor(readonly what: unknown) {}
}

@Actor({ name: 'lv-store' })
class Store {
  @State() kept: unknown = 'nothing';
  @State({ save: 'lazy' }) idle: unknown = 'nothing';
  @State() heard: unknown[] = [];
  constructor(private readonly ctx: ActorContext<Store>) {}
  take(value: unknown): string {
    return measure(value);
  }
  @Public() give(what: string): unknown {
    return made(what);
  }
  keep(what: string): void {
    this.kept = made(what);
  }
  keepLazily(what: string): void {
    this.idle = made(what);
  }
  async emit(what: string): Promise<void> {
    await this.ctx.emit(new Said(made(what)));
  }
  @Public() async emitLive(what: string): Promise<void> {
    await this.ctx.emit(new Said(made(what)), { live: true });
  }
  fail(what: string): never {
    throw Object.assign(new Error('no'), { what: made(what) });
  }
  failBecause(what: string): never {
    throw new Error('no', { cause: made(what) });
  }
  async passOn(what: string): Promise<string> {
    return this.ctx.actor(Store, 'other').take(made(what));
  }
  @ReadOnly() look(): readonly [kept: string, idle: string, heard: string[]] {
    return [measure(this.kept), measure(this.idle), this.heard.map(measure)];
  }
  @On(Said, { from: 'self' }) protected onSaid(event: Said): void {
    this.heard.push(event.what);
  }
}

/** What tells values apart without walking through them. */
function measure(value: unknown): string {
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name} of ${value.size}`;
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'string') return value.length > 10 ? `text of ${value.length}` : value;
  return value instanceof Link ? 'link' : typeof value;
}

function nest(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

function inHole(inner: unknown): unknown[] {
  const list: unknown[] = [];
  list[3] = inner;
  return list;
}

function endless(): object {
  return { get next() { return endless(); } };
}

/** A list, a Map, a Set and an object that hold themselves and one another. */
function circles(): unknown {
  const [list, map, set]: [unknown[], Map<unknown, unknown>, Set<unknown>] = [[], new Map(), new Set()];
  list.push(list, map, set, { list });
  map.set(map, list).set('set', set);
  set.add(set).add(list);
  return list;
}

const DEEP: Readonly<Record<string, () => unknown>> = {
  'lists': () => nest(100_000, (inner) => [inner]),
  'objects': () => nest(100_000, (inner) => ({ a: inner })),
  'objects without prototype': () => nest(100_000, (inner) => Object.assign(Object.create(null) as object, { inner })),
  'objects under __proto__': () => nest(100_000, (inner) => Object.defineProperty({}, '__proto__', { value: inner, enumerable: true })),
  'maps': () => nest(100_000, (inner) => new Map([['a', inner]])),
  'keys of maps': () => nest(100_000, (inner) => new Map([[inner, 1]])),
  'sets': () => nest(100_000, (inner) => new Set([inner])),
  'instances': () => nest(100_000, (inner) => new Link(inner)),
  'lists with holes': () => nest(100_000, inHole),
  // Making an error takes long.
  'causes of errors': () => nest(5000, (inner) => new Error('e', { cause: inner })),
  'errors of errors': () => nest(5000, (inner) => new AggregateError([inner], 'e')),
  'getters without end': endless,
  'one level too many': () => nest(501, (inner) => [inner]),
};

const LARGE: Readonly<Record<string, readonly [make: () => unknown, size: string]>> = {
  'a million numbers': [() => Array<number>(1_000_000).fill(1), 'list of 1000000'],
  '200,000 times one object': [() => Array<object>(200_000).fill({}), 'list of 200000'],
  'a Map of 100,000': [() => new Map(Array.from({ length: 100_000 }, (_, i) => [i, i])), 'Map of 100000'],
  'a list of 4,294,967,295 with one element': [() => { const list: number[] = []; list[4_294_967_294] = 1; return list; }, 'list of 4294967295'],
  'a text of 10 million': [() => 'x'.repeat(10_000_000), 'text of 10000000'],
  'a text of a million halves of pairs': [() => '\ud800'.repeat(1_000_000), 'text of 1000000'],
  'what holds itself': [circles, 'list of 4'],
  'lists in 490 lists': [() => nest(490, (inner) => [inner]), 'list of 1'],
  'Maps in 490 Maps': [() => nest(490, (inner) => new Map([['a', inner]])), 'Map of 1'],
  'instances in 490 instances': [() => nest(490, (inner) => new Link(inner)), 'link'],
};

const kept = new Map<string, unknown>();
/** The value of that name, made once. */
function made(what: string): unknown {
  if (!kept.has(what)) kept.set(what, DEEP[what]?.() ?? LARGE[what]![0]());
  return kept.get(what);
}

describe('values that are too deep', () => {
  after(() => kept.clear());
  const WAYS: Readonly<Record<string, readonly [way: (store: Handle<Store>, what: string) => Promise<unknown>, path: string]>> = {
    'as an argument': [async (store, what) => store.take(made(what)), 'args[0]'],
    'as an argument of an actor': [(store, what) => store.passOn(what), 'args[0]'],
    'as a result': [(store, what) => store.give(what), 'result'],
    'as state': [(store, what) => store.keep(what), 'Store.kept'],
    'as lazily saved state': [(store, what) => store.keepLazily(what), 'Store.idle'],
    'in an event': [(store, what) => store.emit(what), 'event'],
  };
  for (const [how, [way, path]] of Object.entries(WAYS)) {
    it(`are refused ${how} by a typed error with the path; the actor goes on as it was`, async function () {
      this.timeout(60_000);
      const { actor, runtime } = memorySilo([Store]);
      const store = actor(Store, 'a');
      for (const what of Object.keys(DEEP)) {
        const error = await failure(way(store, what));
        expect(error, what).to.be.instanceOf(NotSerializableError);
        expect(error.message, what).to.match(/nested deeper than 500 levels/);
        expect(String(error.path).startsWith(path), `${what}: ${String(error.path)}`).to.equal(true);
        expect(error.message, what).to.have.length.below(1000);
        expect(await store.look(), what).to.deep.equal(['nothing', 'nothing', []]);
      }
      expect(runtime.statistics.activated).to.be.at.most(2);
      await runtime.stop();
    });
  }

  it('are left out of what a thrown error carries', async () => {
    const { actor, runtime } = memorySilo([Store]);
    for (const what of Object.keys(DEEP)) {
      for (const outcome of [actor(Store, 'a').fail(what), actor(Store, 'a').failBecause(what)]) {
        expect(await failure(outcome), what).to.be.instanceOf(Error).and.include({ name: 'Error', message: 'no' });
      }
    }
    await runtime.stop();
  });

  it('are refused to a client, in results and in live events; it and the actor go on', async function () {
    this.timeout(60_000);
    const silo = await gatewaySilo([Store]);
    const client = await silo.join('p1');
    const store = client.actor<Store>('lv-store', 'a');
    await store.on(Said, () => undefined);
    for (const what of Object.keys(DEEP)) {
      expect(await failure(store.give(what)), what).to.be.instanceOf(NotSerializableError).and.have.property('path').that.matches(/^result/);
      expect(await failure(store.emitLive(what)), what).to.be.instanceOf(NotSerializableError).and.have.property('path').that.matches(/^event/);
    }
    expect(await silo.actor(Store, 'a').look()).to.deep.equal(['nothing', 'nothing', []]);
    await silo.stop();
  });
});

describe('values that are large', () => {
  after(() => kept.clear());
  for (const [what, [, size]] of Object.entries(LARGE)) {
    it(`pass whole: ${what}`, async function () {
      this.timeout(60_000);
      const { actor, runtime } = memorySilo([Store]);
      const store = actor(Store, 'a');
      expect(await store.take(made(what))).to.equal(size);
      expect(measure(await store.give(what))).to.equal(size);
      await store.keep(what);
      await store.emit(what);
      await store.manage.deactivate();
      expect(await store.look()).to.deep.equal([size, 'nothing', [size]]);
      await runtime.stop();
    });
  }
});
