// Clients over real Socket.IO whose gateway goes away and comes back.
import { expect } from 'chai';
import { LinkLostError, UnauthenticatedError } from '../../protocol/errors/index.js';
import { Actor, ActorEvent, Public, ReadOnly, State, type ActorContext, type OnConnect, type OnDisconnect } from '../../sdk/index.js';
import { connect, type Client } from '../../sdk/client/index.js';
import { failure, gate } from '../support/memory-silo.js';
import { RestartableGateway, stateOf } from './restartable-gateway.js';

@Public()
@ActorEvent('reconnect-ticked')
class Ticked {
  constructor(readonly count: number) {}
}

/** What the turns of this test wait for, and what they did. */
let hold = gate();
let arrived = gate();
let begun: string[] = [];

@Actor({ name: 'traveller' })
class Traveller implements OnConnect, OnDisconnect {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Traveller>) {}
  onConnect(): void {
    begun.push('connect');
  }
  onDisconnect(_client: unknown, reason: string): void {
    begun.push(`disconnect ${reason}`);
  }
  private async wait(what: string): Promise<void> {
    begun.push(what);
    if (begun.filter((one) => one === 'look' || one === 'add').length >= 3) arrived.open();
    await hold.opened;
  }
  @Public({ for: 'any' }) @ReadOnly() async look(): Promise<number> {
    await this.wait('look');
    return this.count;
  }
  @Public({ for: 'any' }) async add(amount: number): Promise<number> {
    await this.wait('add');
    this.count += amount;
    return this.count;
  }
  @Public() async tick(): Promise<number> {
    this.count++;
    await this.ctx.emit(new Ticked(this.count), { live: true });
    return this.count;
  }
  @Public() note(what: string): void {
    begun.push(what);
  }
}

describe('a client whose gateway goes away', () => {
  let gateway: RestartableGateway;
  let refusing = false;
  const clients: Client[] = [];
  const tokens: string[] = [];
  const join = async (token: string, addresses: string | readonly string[] = gateway.address): Promise<Client> => {
    const client = await connect(addresses, {
      token: () => {
        tokens.push(token);
        return Promise.resolve(token);
      },
    });
    clients.push(client);
    return client;
  };
  const options = {
    session: 'traveller',
    authenticate: ({ token }: { token?: string }) => {
      if (refusing) throw new Error('no longer');
      return { id: token };
    },
  };

  beforeEach(async () => {
    [hold, arrived, begun, refusing] = [gate(), gate(), [], false];
    tokens.length = 0;
    gateway = new RestartableGateway([Traveller], options);
    await gateway.start();
  });
  afterEach(async () => {
    hold.open();
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await gateway.stop();
    await gateway.silo.runtime.stop();
  });

  it('learns that its calls are lost, except those that are safe to send again: these succeed, with one effect', async () => {
    const client = await join('t1');
    const states: string[] = [];
    client.on('state', (state) => states.push(state));
    const lost = failure(client.actor<Traveller>('traveller', 'elsewhere').add(1));
    const read = client.actor<Traveller>('traveller', 'library').look();
    const keyed = client.actor<Traveller>('traveller', 'bank').with({ idempotencyKey: 'once' }).add(5);
    await arrived.opened;
    const firstId = client.id;
    await gateway.stop();
    expect(await lost).to.be.instanceOf(LinkLostError);
    await stateOf(client, 'reconnecting');
    const waited = client.self<Traveller>().note('waited');
    client.self<Traveller>().oneWay.note('one-way');
    await gateway.start();
    await stateOf(client, 'connected');
    hold.open();
    expect(await read).to.equal(0);
    expect(await keyed).to.equal(5);
    await waited;
    expect(await client.actor<Traveller>('traveller', 'bank').add(0)).to.equal(5);
    expect(begun).to.include('waited').and.not.include('one-way');
    expect(states).to.deep.equal(['reconnecting', 'connected']);
    expect(client.id).to.not.equal(firstId);
    expect(tokens, 'asked at each connection').to.have.length.of.at.least(2);
    expect(begun.filter((what) => what.includes('connect'))).to.deep.equal(['connect', 'disconnect lost', 'connect']);
  });

  it('goes on listening, and is told that it missed events', async () => {
    const [client, mover] = [await join('t2'), await join('t3')];
    const heard: (number | string)[] = [];
    let wake = gate();
    const listening = client.actor<Traveller>('traveller', 't3').on(Ticked, ({ count }) => {
      heard.push(count);
      wake.open();
    }, { onGap: () => heard.push('gap') });
    const stop = await listening;
    await mover.self<Traveller>().tick();
    await wake.opened;
    await gateway.stop();
    await Promise.all([client, mover].map((one) => stateOf(one, 'reconnecting')));
    // Nobody is there to hear it.
    await (gateway.silo.actor(Traveller, 't3') as unknown as Traveller).tick();
    wake = gate();
    await gateway.start();
    await Promise.all([client, mover].map((one) => stateOf(one, 'connected')));
    // In order on one connection: who is subscribed now was subscribed again before.
    await client.actor<Traveller>('traveller', 't3').on(Ticked, () => undefined);
    await mover.self<Traveller>().tick();
    await wake.opened;
    expect(heard).to.deep.equal([1, 'gap', 3]);
    await stop();
  });

  it('goes to another gateway that it knows', async () => {
    const other = new RestartableGateway([], options, gateway.silo);
    await other.start();
    const client = await join('t4', [gateway.address, other.address]);
    expect(await client.self<Traveller>().tick()).to.equal(1);
    await gateway.stop();
    await stateOf(client, 'reconnecting');
    expect(await client.self<Traveller>().tick()).to.equal(2);
    expect(client.state).to.equal('connected');
    await client.close();
    await other.stop();
  });

  it('ends when it is not let in again, and says so', async () => {
    const client = await join('t5');
    const told = new Promise<Error>((resolve) => client.on('error', resolve));
    const closed = stateOf(client, 'closed');
    refusing = true;
    await gateway.stop();
    await stateOf(client, 'reconnecting');
    const waiting = failure(client.self<Traveller>().tick());
    await gateway.start();
    expect(await told).to.be.instanceOf(UnauthenticatedError);
    expect(await waiting).to.be.instanceOf(UnauthenticatedError);
    await closed;
    expect(await failure(client.self<Traveller>().tick())).to.be.instanceOf(UnauthenticatedError);
  });

  it('asks its token function again when that hangs', async () => {
    let asked = 0;
    const client = await connect(gateway.address, { connectTimeout: '1s', token: () => (++asked === 2 ? new Promise<string>(() => undefined) : 't9') });
    clients.push(client);
    await gateway.stop();
    await stateOf(client, 'reconnecting');
    await gateway.start();
    expect(await client.self<Traveller>().tick()).to.equal(1);
    expect(asked).to.be.at.least(3);
  });

  it('stops trying when it is closed meanwhile', async () => {
    const client = await join('t6');
    await gateway.stop();
    await stateOf(client, 'reconnecting');
    const waiting = failure(client.self<Traveller>().tick());
    await client.close();
    expect(await waiting).to.have.property('code', 'ERR_CANCELLED');
    const asked = tokens.length;
    await gateway.start();
    const other = await join('t7');
    await other.self<Traveller>().tick();
    expect(tokens.length, 'only the other asked').to.equal(asked + 1);
  });

  it('says goodbye when it leaves: its actor sees that it left, not that it was lost', async () => {
    const watcher = await join('t8');
    const leaving = await join('t8');
    const present: number[] = [];
    let changed = gate();
    watcher.on('presence', (clients) => {
      present.push(clients.length);
      changed.open();
    });
    while (present.at(-1) !== 2) await changed.opened.then(() => (changed = gate()));
    await leaving.close();
    while (present.at(-1) !== 1) await changed.opened.then(() => (changed = gate()));
    expect(begun.filter((what) => what.startsWith('disconnect'))).to.deep.equal(['disconnect left']);
  });
});

describe('an anonymous client whose gateway goes away', () => {
  it('comes back as the same one, from its own store; another one is another', async () => {
    const gateway = new RestartableGateway([Traveller], { authenticate: 'anonymous', session: 'traveller' });
    await gateway.start();
    const client = await connect({ address: gateway.address });
    const other = await connect({ address: gateway.address });
    const forgetful = await connect({ address: gateway.address, resume: false });
    const { id } = client.identity;
    const forgotten = forgetful.identity.id;
    expect(new Set([id, other.identity.id, forgotten]).size).to.equal(3);
    await gateway.stop();
    const all = [client, other, forgetful];
    await Promise.all(all.map((one) => stateOf(one, 'reconnecting')));
    await gateway.start();
    await Promise.all(all.map((one) => stateOf(one, 'connected')));
    expect(client.identity.id).to.equal(id);
    expect(forgetful.identity.id).to.not.equal(forgotten);
    await Promise.all(all.map((one) => one.close()));
    await gateway.stop();
    await gateway.silo.runtime.stop();
  });
});
