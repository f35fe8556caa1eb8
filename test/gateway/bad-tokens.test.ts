// Tokens and identities that are none, over real sockets: each is refused with an error of its own; where that would help whoever guesses,
// with one error for all and an id under which the log tells them apart.
import { expect } from 'chai';
import { UnauthenticatedError } from '../../protocol/errors/index.js';
import { refusalBench, type Knock, type RefusalBench } from './refusal-bench.js';

const SECRET = 'tok-5e9d1c-secret';
const GENERIC = /^the gateway did not accept the token \(([\w-]{8})\)$/;

/** The log as an operator reads it: errors by their text, without the ids of refusals. */
function printed({ log }: RefusalBench): string {
  return JSON.stringify(log.lines, (_, value: unknown) => (value instanceof Error ? `${value.name}: ${value.message}` : value));
}

describe('a bad token', () => {
  let bench: RefusalBench;
  let asked = 0;
  const KNOWN = new Map<string | undefined, () => unknown>([
    ['expired', () => { throw new UnauthenticatedError('your token has expired'); }],
    ['unknown user', () => { throw new Error('no such user'); }],
    ['wrong signature', () => { throw new Error('the signature does not fit'); }],
  ]);
  before(async () => {
    bench = await refusalBench(({ token }: { token?: string }) => {
      asked++;
      const known = KNOWN.get(token);
      if (known) return known();
      if (token === undefined) throw new Error('nothing was given');
      if (/^[\w-]+ secret$/.test(token)) return { id: token };
      throw new Error(`odd token of ${token.length} characters, the first is ${token.codePointAt(0)}`);
    });
  });
  beforeEach(() => {
    asked = 0;
    bench.log.lines.length = 0;
  });
  after(() => bench.stop());

  /** Refused before `authenticate`, since it is no token. */
  const SHAPES: Readonly<Record<string, readonly [token: unknown, message: string]>> = {
    'a number': [7, 'token: expected a string, got number'],
    'a boolean': [true, 'token: expected a string, got boolean'],
    'an array': [[SECRET], 'token: expected a string, got an array'],
    'an object': [{ token: SECRET }, 'token: expected a string, got object'],
    'an object with toString': [{ toString: SECRET }, 'token: expected a string, got object'],
    'one of 1 MB': [SECRET.repeat(60_000), 'the handshake is too long'],
    'one of 64 kB and a byte': ['x'.repeat(65_537), 'the handshake is too long'],
    'one of 8 kB and a byte': ['x'.repeat(8193), 'the token is too long'],
  };
  for (const [what, [token, message]] of Object.entries(SHAPES)) {
    it(`that is ${what} is refused as such; authenticate is not asked`, async () => {
      expect(await bench.knock(JSON.stringify({ token }))).to.deep.equal({ refusal: { code: 'ERR_UNAUTHENTICATED', message } });
      expect(asked).to.equal(0);
      expect(printed(bench)).to.not.contain(SECRET);
    });
  }

  /** Refused by `authenticate`: the client reads the same for each. The log says `reason`. */
  const REFUSED: Readonly<Record<string, readonly [handshake: string, reason: string]>> = {
    'absent': ['{}', 'nothing was given'],
    'null': ['{"token":null}', 'nothing was given'],
    'empty': ['{"token":""}', 'odd token of 0 characters, the first is undefined'],
    'of an unknown user': ['{"token":"unknown user"}', 'no such user'],
    'wrongly signed': ['{"token":"wrong signature"}', 'the signature does not fit'],
    'with a NUL inside': [JSON.stringify({ token: `a\0${SECRET}` }), 'odd token of 19 characters, the first is 97'],
    'half a surrogate pair': ['{"token":"\\ud800"}', 'odd token of 1 characters, the first is 55296'],
    'broken over two lines': [JSON.stringify({ token: `${SECRET}\r\nx-admin: 1` }), 'odd token of 29 characters, the first is 116'],
    'behind the word Bearer': [JSON.stringify({ token: `Bearer ${SECRET}` }), 'odd token of 24 characters, the first is 66'],
    'behind a byte order mark': [JSON.stringify({ token: `\ufeff${SECRET}` }), 'odd token of 18 characters, the first is 65279'],
  };
  for (const [what, [handshake, reason]] of Object.entries(REFUSED)) {
    it(`that is ${what} is refused as any other; the log says why under the id that the client reads`, async () => {
      const { refusal } = await bench.knock(handshake);
      expect(refusal).to.have.property('code', 'ERR_UNAUTHENTICATED');
      const id = GENERIC.exec(refusal!.message)?.[1];
      const line = bench.log.lines.find(({ fields }) => (fields as { refusalId?: string }).refusalId === id);
      expect((line?.fields as { err?: Error }).err?.message).to.equal(reason);
      expect(JSON.stringify(refusal) + printed(bench)).to.not.contain(SECRET);
    });
  }

  it('that has expired is told so, when authenticate says it in an UnauthenticatedError', async () => {
    expect(await bench.knock('{"token":"expired"}')).to.deep.equal({ refusal: { code: 'ERR_UNAUTHENTICATED', message: 'your token has expired' } });
  });
});

class Account {
  readonly name = 'Ann';
  get id(): string {
    return 'p1';
  }
}
class Plain {
  readonly id = 'p1';
  readonly roles = ['judge'];
}
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const NONE = 'gateway.authenticate did not return an identity: ';

describe('an identity that is none', () => {
  let bench: RefusalBench;
  let given: () => unknown;
  before(async () => {
    bench = await refusalBench(() => given());
  });
  beforeEach(() => void (bench.log.lines.length = 0));
  after(() => bench.stop());
  const knock = (from: () => unknown): Promise<Knock> => {
    given = from;
    return bench.knock(JSON.stringify({ token: SECRET }));
  };

  const SHAPES: Readonly<Record<string, readonly [identity: () => unknown, problem: string | RegExp]>> = {
    'undefined': [() => undefined, 'identity: expected an object, got undefined'],
    'null': [() => null, 'identity: expected an object, got null'],
    'true': [() => true, 'identity: expected an object, got boolean'],
    'a string': [() => 'p1', 'identity: expected an object, got string'],
    'a function': [() => () => ({ id: 'p1' }), 'identity: expected an object, got function'],
    'a list': [() => ['p1'], 'identity.id: expected a string, got undefined'],
    'without an id': [() => ({}), 'identity.id: expected a string, got undefined'],
    'with a number as id': [() => ({ id: 7 }), 'identity.id: expected a string, got number'],
    'with null as id': [() => ({ id: null }), 'identity.id: expected a string, got null'],
    'with an object as id': [() => ({ id: { name: 'p1' } }), 'identity.id: expected a string, got object'],
    'with an empty id': [() => ({ id: '' }), 'identity.id: expected a non-empty string'],
    'with an id of 10 kB': [() => ({ id: 'x'.repeat(10_000) }), 'identity.id: longer than 1024 bytes'],
    'with an id of 1,025 bytes in 342 characters': [() => ({ id: `${'☃'.repeat(341)}é` }), 'identity.id: longer than 1024 bytes'],
    'with half a surrogate pair in its id': [() => ({ id: 'a\udc00' }), 'identity.id: holds half of a surrogate pair'],
    'with an id that only its class computes': [() => new Account(), 'identity.id: expected a string, got undefined'],
    'with roles that are a string': [() => ({ id: 'p1', roles: 'admin' }), 'identity.roles: expected a list of strings, got string'],
    'with roles that are null': [() => ({ id: 'p1', roles: null }), 'identity.roles: expected a list of strings, got null'],
    'with roles in a Set': [() => ({ id: 'p1', roles: new Set(['admin']) }), 'identity.roles: expected a list of strings, got object'],
    'with a number among its roles': [() => ({ id: 'p1', roles: ['judge', 1] }), 'identity.roles[1]: expected a string, got number'],
    'with a claim named __proto__': [() => JSON.parse('{"id":"p1","__proto__":{"roles":["admin"]}}') as unknown, 'identity.__proto__: this name is not accepted from outside'],
    'with a claim named constructor, further in': [() => ({ id: 'p1', claims: { constructor: { prototype: 1 } } }), 'identity.claims.constructor: this name is not accepted from outside'],
    'with a function in it': [() => ({ id: 'p1', check: () => true }), /^identity\.check: /],
    'with a socket in it': [() => ({ id: 'p1', socket: new (class Socket {})() }), /^identity\.socket: Socket/],
    'with a getter that throws': [() => ({ id: 'p1', get level(): number { throw new Error(SECRET); } }), 'reading it threw'],
    'with a getter that throws, further in': [() => ({ id: 'p1', more: { get level(): number { throw new Error(SECRET); } } }), 'identity.more: copying it threw'],
    '40 levels deep': [() => ({ id: 'p1', deep: nested(40) }), /^identity\.deep\S*: .*32/],
    'of a million members': [() => ({ id: 'p1', many: Array<number>(1_000_000).fill(1) }), /^identity\S*: .*65536/],
  };
  for (const [what, [identity, problem]] of Object.entries(SHAPES)) {
    it(`${what}, is refused with what is wrong and where; the log says it too`, async () => {
      const { refusal } = await knock(identity);
      expect(refusal).to.have.property('code', 'ERR_UNAUTHENTICATED');
      expect(refusal!.message.startsWith(NONE), refusal!.message).to.equal(true);
      const said = refusal!.message.slice(NONE.length);
      if (typeof problem === 'string') expect(said).to.equal(problem);
      else expect(said).to.match(problem);
      expect(bench.log.lines.find(({ level }) => level === 'error')?.message).to.contain('did not return an identity');
      expect(JSON.stringify(refusal)).to.not.contain(SECRET);
    });
  }

  const FAILING: Readonly<Record<string, readonly [authenticate: () => unknown, logged: string]>> = {
    'throws an Error': [() => { throw new Error('the database is away'); }, 'the database is away'],
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- users do
    'throws a string': [() => { throw 'no luck'; }, 'it threw no luck'],
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- users do
    'throws undefined': [() => { throw undefined; }, 'it threw undefined'],
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- users do
    'throws what cannot be read': [() => { throw { toString: () => { throw new Error('no'); } }; }, 'it threw something that cannot be read'],
    'rejects': [() => Promise.reject(new Error('the service is away')), 'the service is away'],
  };
  for (const [what, [authenticate, logged]] of Object.entries(FAILING)) {
    it(`since authenticate ${what}, is refused under an id; the log has the reason`, async () => {
      const { refusal } = await knock(authenticate);
      const id = GENERIC.exec(refusal!.message)?.[1];
      const { fields } = bench.log.lines.find((line) => (line.fields as { refusalId?: string }).refusalId === id)!;
      expect((fields as { err: Error }).err.message).to.equal(logged);
      expect(printed(bench)).to.not.contain(SECRET);
    });
  }

  it('since authenticate hangs, is refused after ten seconds with that', async () => {
    let isAsked!: () => void;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const refused = knock(() => (isAsked(), new Promise(() => undefined)));
    await asked;
    await bench.clock.advance('10s');
    expect((await refused).refusal).to.deep.equal({ code: 'ERR_UNAUTHENTICATED', message: 'gateway.authenticate took longer than 10000 ms' });
  });

  const ACCEPTED: Readonly<Record<string, readonly [identity: () => unknown, id: string]>> = {
    'frozen': [() => Object.freeze({ id: 'p1', roles: Object.freeze(['judge']) }), 'p1'],
    'without prototype': [() => Object.assign(Object.create(null) as object, { id: 'p1' }), 'p1'],
    'an instance of a class, for the fields that it has': [() => new Plain(), 'p1'],
    'with a NUL in its id': [() => ({ id: 'p\0' }), 'p\0'],
    'with an id of 1,024 bytes': [() => ({ id: 'x'.repeat(1024) }), 'x'.repeat(1024)],
  };
  for (const [what, [identity, id]] of Object.entries(ACCEPTED)) {
    it(`is not one that is ${what}`, async () => {
      expect((await knock(identity)).welcome?.identity.id).to.equal(id);
    });
  }

  it('is not one whose getters say something else each time: what was checked is what counts', async () => {
    let reads = 0;
    const { welcome } = await knock(() => ({ get id() { return ++reads === 1 ? 'p1' : ''; } }));
    expect(welcome?.identity.id).to.equal('p1');
  });
});

describe('a bad resume token', () => {
  let bench: RefusalBench;
  let foreign: RefusalBench;
  before(async () => {
    bench = await refusalBench('anonymous', 'secret genesis-1');
    foreign = await refusalBench('anonymous', 'secret genesis-2');
  });
  after(() => Promise.all([bench.stop(), foreign.stop()]));
  const resume = async (resumeToken: unknown, at = bench): Promise<{ readonly id: string; readonly token: string }> => {
    const { welcome } = await at.knock(JSON.stringify({ resumeToken }));
    return { id: welcome!.identity.id, token: welcome!.resumeToken! };
  };

  it('gives a new identity, never that of somebody else: tampered, cut, of another cluster or genesis, for another identity, or no text', async () => {
    const [victim, thief, other] = [await resume(undefined), await resume(undefined), await resume(undefined, foreign)];
    const [id, signature] = victim.token.split('.') as [string, string];
    const tampered = `${id}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const bad: Readonly<Record<string, unknown>> = {
      tampered, 'cut': victim.token.slice(0, -1), 'longer': `${victim.token}A`, 'without signature': id,
      'of another genesis': other.token, 'for another identity': `${id}.${thief.token.split('.')[1]}`,
      'a number': 7, 'null': null, 'a list': [victim.token], 'an object': { toString: victim.token }, 'of 9 kB': victim.token.repeat(150), 'with a line break': `${victim.token}\n`,
    };
    const taken = new Set([victim.id, thief.id, other.id]);
    for (const [what, token] of Object.entries(bad)) {
      const got = await resume(token);
      expect(taken.has(got.id), what).to.equal(false);
      taken.add(got.id);
    }
    expect(taken).to.have.length(3 + Object.keys(bad).length);
    expect(bench.log.lines.filter((line) => JSON.stringify(line).includes(signature))).to.deep.equal([]);
  });

  it('is not one that is used again after its connection ended: that is what it is for', async () => {
    const first = await resume(undefined);
    expect(await resume(first.token)).to.deep.equal(first);
  });

  it('means nothing where tokens are asked for', async () => {
    const { token } = await resume(undefined);
    const strict = await refusalBench(() => { throw new Error('no token'); }, 'secret genesis-1');
    expect((await strict.knock(JSON.stringify({ resumeToken: token }))).refusal?.message).to.match(GENERIC);
    await strict.stop();
  });
});
