import { expect } from 'chai';
import type { CancelSignal } from '../../protocol/envelope.js';
import { ClientMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { ActivationFailedError, NotSerializableError, RemoteError } from '../../protocol/errors/index.js';
import { testGateway, type TestGateway } from './gateway-fixture.js';
import { gate } from '../support/memory-silo.js';
import { Actor, Public } from '../../sdk/index.js';
import { Arena, Hero, Moved, Point } from './heroes.js';

@Actor({ name: 'optional' })
class Optional {
  @Public() optional(a: number, b = 2): number {
    return a + b;
  }
}

describe('a call of a client', () => {
  const opened: TestGateway[] = [];
  const open = async (options: object = {}): Promise<TestGateway> => {
    const gateway = await testGateway([Hero, Arena, Optional], [Moved], { session: 'hero', ...options });
    opened.push(gateway);
    return gateway;
  };
  afterEach(async () => {
    for (const { gateway } of opened.splice(0)) await gateway.stop();
  });

  it('reaches the silo with who calls, what its schemas made of the arguments, and until when', async () => {
    const { join, backend, clock } = await open();
    const client = await join('p1:judge');
    expect((await client.call('hero', 'p1', null, 'move', [{ x: 1, y: 2, z: 3 }])).value).to.deep.equal(new Point(1, 2));
    const [envelope] = backend.envelopes;
    expect(envelope!.identity).to.deep.equal({ id: 'p1', roles: ['judge'] });
    expect(envelope!.args[0]).to.be.instanceOf(Point);
    expect(envelope).to.include({ kind: 'call', method: 'move', timeoutMs: 30_000, deadlineMs: clock.monotonicMs() + 30_000, hops: 0 });
    expect(envelope!.chain).to.equal(undefined);
  });

  it('is refused when an argument does not fit its schema, by its path', async () => {
    const { join, backend } = await open();
    const client = await join();
    expect((await client.call('hero', 'p1', null, 'move', [{ x: 'left', y: 0 }])).error).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[0].x' });
    expect((await client.call('hero', 'p1', null, 'say', ['bad'])).error).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[0]' });
    // The first schema waits, the second refuses at once: neither is forgotten.
    expect((await client.call('hero', 'p1', null, 'say', ['bad', 'nowhere'])).error).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[0]' });
    expect((await client.call('hero', 'p1', null, 'say', ['good', { x: 1 }])).error).to.include({ code: 'ERR_INVALID_ARGUMENT', path: 'args[1].y' });
    expect((await client.call('hero', 'p1', null, 'say', ['good'])).value).to.deep.equal(['good', undefined]);
    expect(backend.envelopes).to.have.length(1);
  });

  it('is refused with a wrong number of arguments, or arguments that are no list', async () => {
    const { join, backend } = await open();
    const client = await join();
    for (const [method, args] of [['greet', [1]], ['echo', []], ['echo', [1, 2]], ['move', []], ['move', [{ x: 1, y: 1 }, 2]], ['greet', {}], ['greet', 'abc'], ['greet', null]] as const) {
      expect((await client.call('hero', 'p1', null, method, args)).error, `${method} ${JSON.stringify(args)}`).to.have.property('code', 'ERR_INVALID_ARGUMENT');
    }
    expect(backend.envelopes).to.deep.equal([]);
  });

  it('may leave out arguments that have defaults, and is refused with more than there are parameters', async () => {
    const { join, backend } = await open();
    const client = await join();
    expect((await client.call('optional', 'o', null, 'optional', [1])).value).to.equal(3);
    expect((await client.call('optional', 'o', null, 'optional', [1, 5])).value).to.equal(6);
    for (const args of [[], [1, 2, 3]]) {
      const { error } = await client.call('optional', 'o', null, 'optional', args);
      expect(error).to.include({ code: 'ERR_INVALID_ARGUMENT', message: `optional.optional: expected 1 to 2 arguments, got ${args.length}` });
    }
    expect(backend.envelopes).to.have.length(2);
  });

  it('on a component is refused by the name of the component', async () => {
    const { join } = await open();
    const client = await join();
    const message = async (method: string, args: unknown[] = []): Promise<string> => (await client.call('hero', 'p1', 'Health', method, args)).error!.message;
    expect(await message('hurt')).to.equal('hero#Health.hurt is not @Public');
    expect(await message('level', [1])).to.equal('hero#Health.level: expected 0 arguments, got 1');
    expect(await message('fly')).to.equal("'hero#Health' has no method \"fly\"");
  });

  it('is for oneself on the session type, for anybody elsewhere, and for roles where @Public says so', async () => {
    const { join } = await open();
    const client = await join('p1');
    const judge = await join('p2:judge,other');
    expect((await client.call('hero', 'p1', null, 'look')).value).to.equal('nothing to see');
    expect((await client.call('hero', 'p2', null, 'look')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect((await client.call('hero', 'p2', 'Health', 'level')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect((await client.call('hero', 'p2', null, 'greet')).value).to.equal('hello');
    expect((await client.call('arena', 'main', null, 'score')).value).to.equal(7);
    expect((await client.call('arena', 'main', null, 'mine')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect((await client.call('arena', 'p1', null, 'mine')).value).to.equal(1);
    expect((await client.call('hero', 'p1', null, 'judge')).error).to.have.property('code', 'ERR_FORBIDDEN');
    expect((await judge.call('hero', 'p1', null, 'judge')).value).to.equal('guilty');
  });

  it('asks authorize last, and takes a throw, a falsy and a merely truthy answer for a no', async () => {
    const asked: unknown[] = [];
    let answer: () => unknown = () => true;
    const { join, backend } = await open({ authorize: (identity: { id: string }, request: object) => (asked.push([identity.id, request]), answer()) });
    const client = await join();
    expect((await client.call('hero', 'p1', null, 'echo', [5])).value).to.equal(5);
    expect(asked).to.deep.equal([['p1', { type: 'hero', key: 'p1', method: 'echo', args: [5] }]]);
    const noes: (() => unknown)[] = [() => false, () => undefined, () => 1, () => Promise.resolve('yes'), () => { throw new Error('no'); }];
    for (const no of noes) {
      answer = no;
      expect((await client.call('hero', 'p1', null, 'echo', [5])).error).to.have.property('code', 'ERR_FORBIDDEN');
    }
    expect(backend.envelopes).to.have.length(1);
    expect((await client.call('hero', 'p1', null, 'hidden', [])).error).to.have.property('code', 'ERR_NOT_PUBLIC');
    expect(asked).to.have.length(1 + noes.length);
  });

  it('ends at its timeout when authorize never answers, and frees its place', async () => {
    const { join, clock } = await open({ authorize: () => new Promise(() => undefined), limits: { inFlight: 1 } });
    const client = await join();
    const call = client.call('hero', 'p1', null, 'greet');
    expect((await client.call('hero', 'p1', null, 'greet')).error).to.have.property('code', 'ERR_RATE_LIMITED');
    await clock.advance('30s');
    expect((await call).error).to.have.property('code', 'ERR_CALL_TIMEOUT');
    const next = client.call('hero', 'p1', null, 'greet');
    await clock.advance('30s');
    expect((await next).error).to.have.property('code', 'ERR_CALL_TIMEOUT');
  });

  it('is cancelled by its client, and by the end of the connection', async () => {
    const { join, backend } = await open();
    const client = await join();
    const begun = gate();
    let signal!: CancelSignal;
    backend.answer = (envelope) => {
      signal = envelope.signal!;
      begun.open();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    const call = client.call('hero', 'p1', null, 'greet');
    await begun.opened;
    client.say([ClientMessage.cancel, 1]);
    expect(signal.aborted).to.equal(true);
    expect((await call).error).to.be.instanceOf(RemoteError);
    const left = client.call('hero', 'p1', null, 'greet');
    expect(signal.aborted).to.equal(false);
    client.end('lost');
    expect(signal.aborted).to.equal(true);
    expect((await left).error!.message).to.contain('closed');
  });

  it('waits five minutes at most', async () => {
    const { join, backend } = await open();
    const client = await join();
    client.say([ClientMessage.call, 77, 'hero', 'p1', null, 'greet', 1e12, 'key-1'], []);
    await client.outcome(77);
    expect(backend.envelopes[0]).to.include({ timeoutMs: 300_000, idempotencyKey: 'key-1' });
  });

  it('tells its client nothing of what was thrown but an id that is in the log', async () => {
    const { join, backend, log } = await open();
    const client = await join();
    backend.answer = () => { throw new TypeError('the password is 1234'); };
    const { error } = await client.call('hero', 'p1', null, 'greet');
    const id = /^internal error \((.+)\)$/.exec(error!.message)?.[1];
    expect(id).to.be.a('string');
    expect(JSON.stringify(error)).to.not.contain('1234');
    const line = log.lines.find(({ fields }) => (fields as { errorId?: string }).errorId === id);
    expect((line!.fields as { err: Error }).err.message).to.equal('the password is 1234');
  });

  it('tells its client that the actor could not begin, or its result not be copied, but not what its code threw then', async () => {
    const { join, backend, log } = await open();
    const client = await join();
    const cause = new Error('the password is 1234');
    const failures = [
      new ActivationFailedError(`hero/p1 could not be activated: ${cause.message}`, { cause }), new ActivationFailedError('1234', { cause: '1234' }),
      new NotSerializableError(`result.x: copying it threw: ${cause.message}`, { path: 'result.x', cause }),
    ];
    for (const failed of failures) {
      backend.answer = () => { throw failed; };
      const { error } = await client.call('hero', 'p1', null, 'greet');
      expect(error).to.be.instanceOf(failed.constructor).and.have.property('code', failed.code);
      expect(error!.message).to.match(/internal error \(.+\)$/).and.not.contain('1234');
      expect(error!.message.startsWith(failed.message.replace(/(the password is )?1234$/, ''))).to.equal(true);
      expect(log.lines.some(({ fields }) => (fields as { err?: unknown }).err === failed)).to.equal(true);
    }
  });

  it('fails when its result cannot be sent, and so does none of the others', async () => {
    const { join, backend } = await open();
    const client = await join();
    backend.answer = ({ method }) => (method === 'greet' ? () => undefined : 'fine');
    const calls = [client.call('hero', 'p1', null, 'greet'), client.call('hero', 'p1', null, 'look')];
    const [bad, good] = await Promise.all(calls);
    expect(bad!.error).to.have.property('code', 'ERR_NOT_SERIALIZABLE');
    expect(good!.value).to.equal('fine');
  });

  it('of one way has no answer, whatever comes of it', async () => {
    const { join, backend, clock } = await open();
    const client = await join();
    client.say([ClientMessage.oneWay, 'hero', 'p1', null, 'greet'], []);
    client.say([ClientMessage.oneWay, 'hero', 'p1', null, 'hidden'], []);
    await clock.advance(1);
    expect(backend.envelopes.map(({ kind, method }) => [kind, method])).to.deep.equal([['oneWay', 'greet']]);
    expect(client.heard(GatewayMessage.result)).to.deep.equal([]);
    expect(client.heard(GatewayMessage.failure)).to.deep.equal([]);
  });
});
