// A client's handles, and what it hears besides, over a connection that the test plays.
import { expect } from 'chai';
import { ClientMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { CancelledError, ConfigurationError, InvalidArgumentError } from '../../protocol/errors/index.js';
import { ActorEvent, Component, Public } from '../../sdk/index.js';
import { failure } from '../support/memory-silo.js';
import { fakeClient, welcomedClient } from './fake-link.js';

@Component({ name: 'handle-health', isolation: 'inline' })
class Health {
  @Public() level(): number {
    return 1;
  }
}

@ActorEvent('handle-died')
class Died {
  constructor(readonly by: string) {}
}

describe('handles of a client', () => {
  it('refuse on the spot what only actors may do', async () => {
    const { client, link } = await welcomedClient();
    const handle = client.self() as unknown as Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>;
    for (const verb of ['manage', 'tell']) expect(() => handle[verb], verb).to.throw(ConfigurationError, verb);
    for (const verb of ['send', 'bind', 'unbind', 'findComponent']) expect(await failure(handle[verb]!('x', () => undefined)), verb).to.be.instanceOf(ConfigurationError);
    for (const options of [{ durable: true }, { within: '1s' }, { scope: 'silo' }, { speed: 1 }, { timeout: 'soon' }, { idempotencyKey: '' }, { signal: 1 }, undefined, null, '1s', 1, []]) {
      expect(() => (client.self() as unknown as { with(options: unknown): unknown }).with(options), JSON.stringify(options)).to.throw(ConfigurationError);
    }
    expect(handle['then']).to.equal(undefined);
    expect(await link.heard()).to.deep.equal([]);
  });

  it('lead to components by class, by their wire name, and compare by what they lead to', async () => {
    const { client } = await welcomedClient();
    const hero = client.self();
    expect(hero.getComponent(Health).id).to.deep.equal({ type: 'hero', key: 'me', component: 'handle-health' });
    expect(hero.getComponent('handle-health').equals(hero.getComponent(Health))).to.equal(true);
    for (const none of [class Undecorated {}, 'no such/name', '', 1]) expect(() => hero.getComponent(none as string)).to.throw(ConfigurationError);
    expect(hero.equals(client.actor('hero', 'me'))).to.equal(true);
    expect(hero.equals(client.actor('hero', 'you'))).to.equal(false);
    expect(`${hero.toString()} ${hero.getComponent(Health).toString()}`).to.equal('hero/me hero/me#handle-health');
  });

  it('take their options along to components, and keep them where `with` is given undefined', async () => {
    const { client, link } = await welcomedClient();
    const controller = new AbortController();
    const hero = client.self().with({ timeout: '2s', idempotencyKey: 'k' }).with({ signal: controller.signal, timeout: undefined });
    const call = failure(hero.getComponent(Health).level());
    expect(await link.heard()).to.deep.equal([[ClientMessage.call, 1, 'hero', 'me', 'handle-health', 'level', 2000, 'k']]);
    controller.abort();
    expect(await call).to.be.instanceOf(CancelledError);
    expect(await link.heard()).to.deep.equal([[ClientMessage.cancel, 1]]);
  });

  it('are refused for what cannot be a type, a key or an event', async () => {
    const { client } = await welcomedClient();
    for (const [type, key] of [['', 'k'], ['a b', 'k'], ['hero', ''], ['hero', 'k'.repeat(2000)], ['hero', '\ud800'], [1, 'k'], ['hero', 1]]) {
      expect(() => client.actor(type as string, key as string), JSON.stringify([type, key])).to.throw(InvalidArgumentError);
    }
    for (const event of [class Plain {}, '', 'a b', 1, null]) expect(await failure(client.self().on(event as string, () => undefined))).to.be.instanceOf(ConfigurationError);
    for (const options of [{ onGap: 1 }, { speed: 1 }]) expect(await failure(client.self().on(Died, () => undefined, options as object))).to.be.instanceOf(ConfigurationError);
    const unsessioned = await welcomedClient({ session: undefined });
    expect(() => unsessioned.client.self()).to.throw(ConfigurationError);
    expect(() => fakeClient().client.identity).to.throw(ConfigurationError);
  });
});

describe('what a client hears', () => {
  it('keeps events sent to it until somebody listens, and stops when asked', async () => {
    const { client, link } = await welcomedClient();
    link.say([GatewayMessage.clientEvent, 'handle-died'], new Died('early'));
    link.say([GatewayMessage.presence], [{ id: 'c1', since: 5 }]);
    const heard: unknown[] = [];
    const stop = client.on<Died>('handle-died', (event) => heard.push(event));
    client.on('presence', (clients) => heard.push(clients));
    expect(heard.splice(0)).to.deep.equal([new Died('early'), [{ id: 'c1', since: 5 }]]);
    link.say([GatewayMessage.clientEvent, 'handle-died'], new Died('now'));
    stop();
    link.say([GatewayMessage.clientEvent, 'handle-died'], new Died('late'));
    expect(heard).to.deep.equal([new Died('now')]);
  });

  it("tells a listener's throw to the error listeners, and the others hear all the same", async () => {
    const { client, link } = await welcomedClient();
    const heard: string[] = [];
    client.on('error', (error) => heard.push(error.message));
    client.on('handle-died', () => {
      throw new Error('first');
    });
    client.on('handle-died', () => heard.push('second'));
    link.say([GatewayMessage.clientEvent, 'handle-died'], new Died('x'));
    expect(heard).to.deep.equal(['first', 'second']);
    link.frame(new Uint8Array(3));
    expect(heard[2]).to.match(/malformed frame/);
  });
});
