// Session actors on a whole silo: their hooks as clients come and go.
import { expect } from 'chai';
import { ForbiddenError, TroupeError } from '../../protocol/errors/index.js';
import { Actor, Public, type ActorContext, type ConnectedClient, type OnConnect, type OnDisconnect } from '../../sdk/index.js';
import type { Client } from '../../sdk/client/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { gatewaySilo, type GatewaySilo } from './silo-fixture.js';

/** What happened, and what `onConnect` does next. */
let story: string[] = [];
let greeting: (client: ConnectedClient) => void | Promise<void> = () => undefined;

@Actor({ name: 'player', idleAfter: '1m' })
class Player implements OnConnect, OnDisconnect {
  constructor(private readonly ctx: ActorContext<Player>) {}
  onActivate(): void {
    story.push('activate');
  }
  async onConnect(client: ConnectedClient): Promise<void> {
    story.push('connecting');
    await greeting(client);
    story.push('connected');
  }
  onDisconnect(_client: ConnectedClient, reason: string): void {
    story.push(reason);
  }
  @Public() here(): readonly string[] {
    return this.ctx.clients.map(({ identity }) => identity.id);
  }
  @Public() kick(clientId: string): void {
    this.ctx.clients.find(({ id }) => id === clientId)?.kick('enough');
  }
  @Public() note(what: string): void {
    story.push(what);
  }
  @Public() rest(): void {
    void this.ctx.deactivate();
  }
}

describe('session actors on a silo', () => {
  let silo: GatewaySilo;
  const me = (client: Client) => client.self<Player>();

  beforeEach(async () => {
    story = [];
    greeting = () => undefined;
    silo = await gatewaySilo([Player], { session: 'player' });
  });
  afterEach(() => silo.stop());

  it('hear who left, who was lost and who was kicked', async () => {
    await (await silo.join('p')).close();
    await silo.clock.advance('1ms');
    expect(story.splice(0)).to.deep.equal(['activate', 'connecting', 'connected', 'left']);
    const lost = await silo.join('p');
    silo.listener.cut();
    await silo.clock.advance('1ms');
    expect(story.splice(0)).to.deep.equal(['connecting', 'connected', 'lost']);
    await silo.clock.advance('1s');
    expect(lost.state, 'it came back').to.equal('connected');
    expect(story.splice(0)).to.deep.equal(['connecting', 'connected']);
    await me(lost).kick(lost.id).catch(() => undefined);
    await silo.clock.advance('1s');
    expect(lost.state).to.equal('closed');
    expect(story).to.deep.equal(['kicked']);
  });

  it('get what a client said before it left', async () => {
    const client = await silo.join('p');
    me(client).oneWay.note('farewell');
    await client.close();
    await silo.clock.advance('1ms');
    expect(story).to.deep.equal(['activate', 'connecting', 'connected', 'farewell', 'left']);
  });

  it('have all clients of an identity, each for itself', async () => {
    const [first, second] = [await silo.join('p'), await silo.join('p')];
    const stranger = await silo.join('q');
    expect(first.id).to.not.equal(second.id);
    expect(await me(first).here()).to.deep.equal(['p', 'p']);
    expect(await me(stranger).here()).to.deep.equal(['q']);
    await me(first).kick(second.id);
    await silo.clock.advance('1ms');
    expect([first.state, second.state, stranger.state]).to.deep.equal(['connected', 'closed', 'connected']);
    expect(await me(first).here()).to.deep.equal(['p']);
  });

  it('refuse a client by a throw, which it reads in general terms unless it is meant for it', async () => {
    greeting = () => {
      throw new ForbiddenError('you are banned until May');
    };
    expect(await failure(silo.knock('p').started)).to.be.instanceOf(ForbiddenError).and.have.property('message', 'you are banned until May');
    greeting = () => {
      throw new Error('the password is 1234');
    };
    const error = await failure(silo.knock('p').started);
    expect(error).to.be.instanceOf(TroupeError);
    expect(error.message).to.match(/^internal error \(.+\)$/);
    await silo.clock.advance('1ms');
    expect(story).to.deep.equal(['activate', 'connecting', 'connecting']);
    greeting = () => undefined;
    expect(await me(await silo.join('p')).here()).to.deep.equal(['p']);
  });

  it('take leave of a client that vanished while they greeted it, after the greeting', async () => {
    const [begun, go] = [gate(), gate()];
    greeting = () => {
      begun.open();
      return go.opened;
    };
    const { client, started } = silo.knock('p');
    const refused = failure(started);
    await begun.opened;
    await client.close();
    expect(await refused).to.have.property('code', 'ERR_CANCELLED');
    expect(story).to.deep.equal(['activate', 'connecting']);
    go.open();
    await silo.clock.advance('1ms');
    expect(story).to.deep.equal(['activate', 'connecting', 'connected', 'left']);
    expect(silo.runtime.backend.clientsOf({ type: 'player', key: 'p' })).to.deep.equal([]);
  });

  it('stay awake for their clients, and rest when the last one is gone', async () => {
    const client = await silo.join('p');
    await silo.clock.advance('1h');
    expect(silo.active()).to.deep.equal(['player/p']);
    await client.close();
    await silo.clock.advance('5m');
    expect(silo.active()).to.deep.equal([]);
  });

  it('are woken again for a client that is there, and greet it anew', async () => {
    const client = await silo.join('p');
    story = [];
    await me(client).rest();
    await silo.clock.advance('1s');
    expect(story).to.deep.equal(['activate', 'connecting', 'connected']);
    expect(await me(client).here()).to.deep.equal(['p']);
    expect(client.state).to.equal('connected');
  });
});
