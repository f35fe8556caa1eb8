import { expect } from 'chai';
import { GatewayMessage, MAX_SILO_NUMBER } from '../../protocol/client-wire.js';
import { ActorEvent } from '../../sdk/index.js';
import { LastSilos } from '../../sdk/client/last-silos.js';
import { failure } from '../support/memory-silo.js';
import { welcomedClient } from './fake-link.js';

@ActorEvent('last-rose')
class Rose {}

interface Tower {
  rise(): Promise<number>;
}

const ORIGIN = { type: 'tower', key: 't', id: 'e', seq: 1, at: 0 };

describe('client.lastSilo', () => {
  it("is the gateway's silo where an answer names none, and the named one else", async () => {
    const { client, link } = await welcomedClient();
    const [t, u] = [client.actor<Tower>('tower', 't'), client.actor<Tower>('tower', 'u')];
    const calls = [t.rise(), u.rise()];
    await link.heard();
    expect([client.lastSilo(t), client.lastSilo(u)]).to.deep.equal([undefined, undefined]);
    link.say([GatewayMessage.silo, 1, 'far']);
    link.say([GatewayMessage.result, 1]);
    link.say([GatewayMessage.result, 2, 1]);
    await Promise.all(calls);
    expect([client.lastSilo(t), client.lastSilo(u)]).to.deep.equal(['silo-1', 'far']);
  });

  it("is the actor's, whether it answered or a component of it, and through whichever handle", async () => {
    const { client, link } = await welcomedClient();
    const rise = client.actor<Tower>('tower', 't').getComponent<Tower>('roof').with({ timeout: '1s' }).rise();
    await link.heard();
    link.say([GatewayMessage.silo, 1, 'far']);
    link.say([GatewayMessage.result, 1, 1]);
    await rise;
    expect(client.lastSilo(client.actor('tower', 't'))).to.equal('far');
    expect(client.lastSilo(client.actor('tower', 't').getComponent('cellar'))).to.equal('far');
  });

  it('follows live events, from the first one on, to where the subscription goes on', async () => {
    const { client, link } = await welcomedClient();
    const t = client.actor<Tower>('tower', 't');
    const listening = t.on(Rose, () => undefined);
    const [[, id]] = (await link.heard()) as [[number, number]];
    link.say([GatewayMessage.silo, 1, 'far']);
    link.say([GatewayMessage.subscribed, id, 1, 0, 1]);
    await listening;
    expect(client.lastSilo(t)).to.equal(undefined);
    link.say([GatewayMessage.event, id, 1, 1, 'last-rose', ORIGIN], new Rose());
    expect(client.lastSilo(t)).to.equal('far');
    link.say([GatewayMessage.subscribed, id, 2, 0]);
    link.say([GatewayMessage.event, id, 2, 1, 'last-rose', ORIGIN], new Rose());
    expect(client.lastSilo(t)).to.equal('silo-1');
  });

  it('stays what it was when a call fails, and when the connection is lost; numbers end with theirs', async () => {
    const { client, link } = await welcomedClient();
    const t = client.actor<Tower>('tower', 't');
    const first = t.rise();
    await link.heard();
    link.say([GatewayMessage.silo, 1, 'far']);
    link.say([GatewayMessage.result, 1, 1]);
    await first;
    const refused = failure(t.rise());
    await link.heard();
    link.fail(2, new Error('no'));
    await refused;
    link.end('lost');
    expect(client.lastSilo(t)).to.equal('far');
    link.welcome({ silo: 'silo-2' });
    const [second, third] = [t.rise(), t.rise()];
    await link.heard();
    link.say([GatewayMessage.result, 3, 1]);
    await second;
    expect(client.lastSilo(t), 'a number of the connection before').to.equal('far');
    link.say([GatewayMessage.result, 4]);
    await third;
    expect(client.lastSilo(t)).to.equal('silo-2');
  });

  it('remembers a thousand actors, those that were heard of last, and no number beyond the bound', () => {
    const silos = new LastSilos();
    silos.connected('own');
    for (let n = 0; n < 1000; n++) silos.heard({ type: 'tower', key: `k${n}` }, 'own');
    silos.heard({ type: 'tower', key: 'k0' }, 'own');
    silos.heard({ type: 'tower', key: 'new' }, 'own');
    expect(['k0', 'k1', 'k2', 'new'].map((key) => silos.of({ type: 'tower', key }))).to.deep.equal(['own', undefined, 'own', 'own']);
    for (const number of [0, -1, 1.5, '1', null, MAX_SILO_NUMBER + 1]) silos.name(number, 'far');
    expect([0, -1, 1.5, MAX_SILO_NUMBER + 1].map((number) => silos.named(number))).to.deep.equal(['own', undefined, undefined, undefined]);
  });
});
