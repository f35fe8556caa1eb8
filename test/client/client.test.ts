// A client alone, over a connection that the test plays: what it says, what it makes of answers, and of lost connections.
import { expect } from 'chai';
import { ClientMessage, GatewayMessage } from '../../protocol/client-wire.js';
import {
  CallTimeoutError, CancelledError, ForbiddenError, InvalidArgumentError, LinkLostError, NotSerializableError, PayloadTooLargeError, RateLimitedError, SiloUnavailableError,
} from '../../protocol/errors/index.js';
import { ActorEvent, Component, Public } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { fakeClient, welcomedClient } from './fake-link.js';

@Component({ name: 'wire-health', isolation: 'inline' })
class Health {
  @Public() level(): number {
    return 1;
  }
}

@ActorEvent('client-died')
class Died {
  constructor(readonly by: string) {}
}

interface Hero {
  move(x: number): Promise<string>;
  look(): Promise<string>;
}

const CALL = (id: number, method: string, timeoutMs = 30_000, key: string | null = null): readonly unknown[] => [ClientMessage.call, id, 'hero', 'me', null, method, timeoutMs, key];
const ORIGIN = { type: 'hero', key: 'me', id: 'e', seq: 1, at: 0 };

describe('calls of a client', () => {
  it('are sent with what is left of their time, and settle by their id', async () => {
    const { client, link, clock } = await welcomedClient();
    const hero = client.self<Hero>();
    const first = hero.move(1);
    const second = hero.with({ timeout: '2s', idempotencyKey: 'k' }).look();
    expect(await link.heard()).to.deep.equal([CALL(1, 'move'), CALL(2, 'look', 2000, 'k')]);
    link.say([GatewayMessage.result, 2], 'second');
    link.say([GatewayMessage.result, 1], 'first');
    link.say([GatewayMessage.result, 1], 'again');
    link.say([GatewayMessage.result, 77], 'whose');
    expect(await Promise.all([first, second])).to.deep.equal(['first', 'second']);
    expect(client.lastSilo(hero)).to.equal('silo-1');
    expect(client.lastSilo(client.actor('hero', 'other'))).to.equal(undefined);
    await clock.advance('1m');
  });

  it('fail with the class of the error, and no stack of the server', async () => {
    const { client, link } = await welcomedClient();
    const call = client.self<Hero>().move(1);
    await link.heard();
    link.fail(1, Object.assign(new InvalidArgumentError('args[0].x: no', { path: 'args[0].x' }), { stack: 'Error\n    at /srv/secret.js:1:1' }));
    const error = await failure(call);
    expect(error).to.be.instanceOf(InvalidArgumentError).and.include({ path: 'args[0].x', code: 'ERR_INVALID_ARGUMENT' });
    expect(error.stack).to.not.contain('secret').and.not.contain('at ');
  });

  it('reject instead of throwing when their arguments cannot be sent; one-way calls throw', async () => {
    const { client, link } = await welcomedClient();
    const hero = client.self<{ take(value: unknown): Promise<void> }>();
    expect(await failure(hero.take(() => undefined))).to.be.instanceOf(NotSerializableError);
    expect(() => hero.oneWay.take(() => undefined)).to.throw(NotSerializableError);
    expect(await failure(hero.take('x'.repeat(70_000)))).to.be.instanceOf(PayloadTooLargeError);
    expect(await link.heard()).to.deep.equal([]);
  });

  it('expire: unknown outcome when they were sent, surely not run when they were not', async () => {
    const { client, link, clock } = await welcomedClient();
    const sent = failure(client.self<Hero>().move(1));
    await link.heard();
    await clock.advance('31s');
    expect(await sent).to.be.instanceOf(CallTimeoutError);
    link.end('lost');
    const waiting = failure(client.self<Hero>().with({ timeout: '1s' }).move(2));
    await clock.advance('2s');
    expect(await waiting).to.be.instanceOf(SiloUnavailableError).and.have.property('retryable', true);
    expect(await link.heard()).to.deep.equal([]);
  });

  it('that were sent once are never said not to have run', async () => {
    const { client, link, clock } = await welcomedClient();
    const keyed = failure(client.self<Hero>().with({ idempotencyKey: 'k', timeout: '5s' }).move(1));
    await link.heard();
    link.end('lost');
    await clock.advance('6s');
    expect(await keyed).to.be.instanceOf(CallTimeoutError).and.have.property('retryable', false);
  });

  it('are cancelled by their signal, before and after they are sent', async () => {
    const { client, link } = await welcomedClient();
    const reason = new Error('enough');
    expect(await failure(client.self<Hero>().with({ signal: AbortSignal.abort(reason) }).move(1))).to.be.instanceOf(CancelledError).and.have.property('cause', reason);
    expect(await link.heard()).to.deep.equal([]);
    const abort = new AbortController();
    const call = client.self<Hero>().with({ signal: abort.signal }).move(1);
    expect(await link.heard()).to.have.length(1);
    abort.abort();
    expect(await failure(call)).to.be.instanceOf(CancelledError);
    expect(await link.heard()).to.deep.equal([[ClientMessage.cancel, 1]]);
    link.say([GatewayMessage.result, 1], 'late');
  });

  it('harm nobody else when their result cannot be read', async () => {
    const { client, link } = await welcomedClient();
    const [bad, good] = [failure(client.self<Hero>().move(1)), client.self<Hero>().move(2)];
    await link.heard();
    const frame = Uint8Array.of(0, 0, 0, 5, 0, 0, 0, 1, ...new TextEncoder().encode('[2,1]'), 0xc1);
    link.frame(frame);
    link.say([GatewayMessage.result, 2], 'good');
    expect(await bad).to.be.instanceOf(Error);
    expect(await good).to.equal('good');
  });
});

describe('a client that loses its connection', () => {
  it('rejects what was sent, sends reads and keyed calls again, and sends what had waited', async () => {
    const { client, link, states } = await welcomedClient({ readOnly: ['hero.look', 'hero#wire-health.level'] });
    const hero = client.self<Hero>();
    const moved = failure(hero.move(1));
    const calls = [hero.look(), hero.with({ idempotencyKey: 'k' }).move(2), hero.getComponent(Health).level()];
    await link.heard();
    link.end('lost');
    expect(await moved).to.be.instanceOf(LinkLostError);
    calls.push(hero.move(3));
    hero.oneWay.move(4);
    expect(await link.heard(), 'nothing goes to nowhere').to.deep.equal([]);
    link.welcome({ readOnly: [], clientId: 'c2' });
    expect((await link.heard()).map(([, id, , , component, method]) => [id, component, method])).to.deep.equal([[2, null, 'look'], [3, null, 'move'], [4, 'wire-health', 'level'], [5, null, 'move']]);
    for (const id of [2, 3, 4, 5]) link.say([GatewayMessage.result, id], id);
    expect(await Promise.all(calls)).to.deep.equal([2, 3, 4, 5]);
    expect(states).to.deep.equal(['connected', 'reconnecting', 'connected']);
    expect(client.id).to.equal('c2');
  });

  it('listens again, and says that events were missed only when they were', async () => {
    const { client, link } = await welcomedClient();
    const heard: unknown[] = [];
    const listening = client.self().on(Died, ({ by }) => heard.push(by), { onGap: () => heard.push('gap') });
    const [[, id]] = (await link.heard()) as [[number, number]];
    link.say([GatewayMessage.subscribed, id, 1, 5]);
    const stop = await listening;
    link.say([GatewayMessage.event, id, 1, 6, 'client-died', ORIGIN], new Died('a'));
    link.end('lost');
    link.welcome();
    expect(await link.heard()).to.deep.equal([[ClientMessage.subscribe, id, 'hero', 'me', null, 'client-died']]);
    link.say([GatewayMessage.subscribed, id, 1, 6]);
    link.say([GatewayMessage.event, id, 1, 7, 'client-died', ORIGIN], new Died('b'));
    expect(heard).to.deep.equal(['a', 'b']);
    link.say([GatewayMessage.event, id, 1, 9, 'client-died', ORIGIN], new Died('c'));
    expect(heard.splice(0)).to.deep.equal(['a', 'b', 'gap', 'c']);
    link.end('lost');
    link.welcome();
    link.say([GatewayMessage.subscribed, id, 2, 0]);
    link.say([GatewayMessage.event, id, 2, 1, 'client-died', ORIGIN], new Died('d'));
    expect(heard.splice(0)).to.deep.equal(['gap', 'd']);
    await link.heard();
    await stop();
    link.say([GatewayMessage.event, id, 2, 2, 'client-died', ORIGIN], new Died('e'));
    expect(await link.heard()).to.deep.equal([[ClientMessage.unsubscribe, id]]);
    expect(heard).to.deep.equal([]);
  });

  it('asks again for a subscription that was refused for now, and ends one that was refused for good', async () => {
    const { client, link, clock } = await welcomedClient();
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const listening = client.self().on('client-died', () => undefined);
    const [[, id]] = (await link.heard()) as [[number, number]];
    link.say([GatewayMessage.subscribed, id, 1, 0]);
    await listening;
    link.end('lost');
    link.welcome();
    await link.heard();
    link.fail(id, new RateLimitedError('later'));
    expect(await link.heard()).to.deep.equal([]);
    await clock.advance('2s');
    expect(await link.heard()).to.deep.equal([[ClientMessage.subscribe, id, 'hero', 'me', null, 'client-died']]);
    link.fail(id, new ForbiddenError('never'));
    await clock.advance('2s');
    expect(await link.heard()).to.deep.equal([]);
    expect(errors.map(({ message }) => message)).to.deep.equal(['never']);
    expect(await failure(Promise.all([client.self().on('client-died', () => undefined), link.heard().then(([header]) => link.fail(header![1], new RateLimitedError('not now')))]))).to.be.instanceOf(RateLimitedError);
  });
});

describe('the end of a client', () => {
  it('by its user: calls in flight and later ones are cancelled, once and for all', async () => {
    const { client, link, states } = await welcomedClient();
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const call = failure(client.self<Hero>().move(1));
    const listening = failure(client.self().on('client-died', () => undefined));
    await client.close();
    await client.close();
    link.end('left');
    expect(await call).to.be.instanceOf(CancelledError);
    expect(await listening).to.be.instanceOf(CancelledError);
    expect(await failure(client.self<Hero>().move(1))).to.be.instanceOf(CancelledError);
    expect(await failure(client.self().on('client-died', () => undefined))).to.be.instanceOf(CancelledError);
    expect(states).to.deep.equal(['connected', 'closed']);
    expect(link.isClosed).to.equal(true);
    expect(errors).to.deep.equal([]);
    expect((await link.heard()).map(([kind]) => kind), 'what was written leaves').to.deep.equal([ClientMessage.call, ClientMessage.subscribe]);
  });

  it('by the gateway: everybody learns why', async () => {
    const { client, link, states } = await welcomedClient();
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const call = failure(client.self<Hero>().move(1));
    link.say([GatewayMessage.closing], { kind: 'troupe', name: 'ERR_FORBIDDEN', message: 'out' });
    link.end('kicked', new Error('bye'));
    expect(await call).to.be.instanceOf(ForbiddenError).and.have.property('message', 'out');
    expect(await failure(client.self<Hero>().move(1))).to.be.instanceOf(ForbiddenError);
    expect(errors[0]).to.be.instanceOf(ForbiddenError);
    expect(states).to.deep.equal(['connected', 'closed']);
  });

  it('before it began: connecting rejects', async () => {
    const { link, started, states } = fakeClient();
    link.end('lost', new Error('nobody there'));
    link.end('kicked', new ForbiddenError('no'));
    expect(await failure(started)).to.be.instanceOf(ForbiddenError);
    expect(states).to.deep.equal(['closed']);
  });
});
