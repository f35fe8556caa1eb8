import { expect } from 'chai';
import { Actor, ActorEvent, Component, ForbiddenError, InvalidArgumentError, NotPublicError, Public, ReadOnly, RemoteError, Serializable, State, UnauthenticatedError, UnknownMethodError, type ActorContext, type ConnectedClient, type OnConnect, type OnDisconnect } from '../../sdk/index.js';
import { connect, type Client } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { z } from 'zod';
import { failure } from '../support/memory-silo.js';

@Serializable('e2e-vec')
class Vec {
  constructor(public x = 0, public y = 0) {}
}

@Serializable('e2e-broke')
class Broke extends Error {
  constructor(readonly missing: number) {
    super('not enough');
  }
}

@Public()
@ActorEvent('e2e-moved')
class Moved {
  constructor(readonly to: Vec) {}
}

@Component({ name: 'Health', isolation: 'inline' })
class Health {
  @State() hp = 100;
  @Public() @ReadOnly() level(): number {
    return this.hp;
  }
  hurt(): number {
    return --this.hp;
  }
}

const point = z.object({ x: z.number(), y: z.number() }).transform(({ x, y }) => new Vec(x, y));

let onLeft: (() => void) | undefined;

@Actor({ name: 'hero', components: [Health] })
class Hero implements OnConnect, OnDisconnect {
  @State() position = new Vec();
  seen: string[] = [];
  constructor(private readonly ctx: ActorContext<Hero>) {}
  onConnect(client: ConnectedClient): void {
    this.seen.push(`connect ${client.identity.id}`);
    client.send(new Moved(this.position));
  }
  onDisconnect(_client: ConnectedClient, reason: string): void {
    this.seen.push(`disconnect ${reason}`);
    onLeft?.();
  }
  @Public({ args: [point] }) async move(to: Vec): Promise<Vec> {
    this.position = to;
    await this.ctx.emit(new Moved(to), { live: true });
    return to;
  }
  @Public() whoAmI(): unknown {
    return { id: this.ctx.call.identity?.id, clients: this.ctx.clients.length };
  }
  @Public() fail(kind: string): void {
    if (kind === 'secret') throw new Error('the password is 1234');
    throw new Broke(5);
  }
  @Public({ for: ['admin'] }) adminOnly(): string {
    return 'secret';
  }
  @Public({ for: 'any' }) history(): string[] {
    return this.seen;
  }
  @Public() kickMe(): void {
    for (const client of this.ctx.clients) client.kick('go');
  }
  hidden(): string {
    return 'hidden';
  }
}

describe('a silo with its gateway, from outside', () => {
  let silo: Silo;
  const clients: Client[] = [];
  const join = async (token: string): Promise<Client> => {
    const client = await connect({ address: silo.gatewayAddress!, token });
    clients.push(client);
    return client;
  };

  before(async () => {
    silo = await startSilo({
      modules: [Hero],
      log: 'silent',
      gateway: {
        port: 0,
        session: 'hero',
        authenticate: ({ token }) => {
          if (!token || token === 'bad') throw new Error('no');
          return token === 'root' ? { id: 'root', roles: ['admin'] } : { id: token };
        },
      },
    });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  after(() => silo.stop());

  it('calls its session actor with schema-checked arguments, and gets classes back', async () => {
    const client = await join('a');
    const result = await client.self<Hero>().move(new Vec(3, 4));
    expect(result).to.be.instanceOf(Vec).and.deep.include({ x: 3, y: 4 });
    expect(client.lastSilo(client.self())).to.equal(silo.id);
    const error = await failure(client.self<Hero>().move({ x: 'left', y: 0 } as unknown as Vec));
    expect(error).to.be.instanceOf(InvalidArgumentError);
    expect(error.path).to.equal('args[0].x');
  });

  it('shows the method who calls, and the actor its clients', async () => {
    const client = await join('b');
    expect(await client.self<Hero>().whoAmI()).to.deep.equal({ id: 'b', clients: 1 });
  });

  it('keeps one player from moving another, and closed methods closed', async () => {
    const client = await join('c');
    const other = client.actor<Hero>('hero', 'd');
    expect(await failure(other.move(new Vec(1, 1)))).to.be.instanceOf(ForbiddenError);
    expect(await failure(client.self<Hero>().adminOnly())).to.be.instanceOf(ForbiddenError);
    expect(await failure(client.self<Hero>().hidden())).to.be.instanceOf(NotPublicError);
    expect(await failure((client.self() as unknown as { nothing(): Promise<void> }).nothing())).to.be.instanceOf(UnknownMethodError);
    expect(await failure(client.self<Hero>().getComponent<Health>('Health').hurt())).to.be.instanceOf(NotPublicError);
    expect(await client.self<Hero>().getComponent<Health>('Health').level()).to.equal(100);
    const root = await join('root');
    expect(await root.actor<Hero>('hero', 'root').adminOnly()).to.equal('secret');
  });

  it('tells outsiders only what serializable errors say', async () => {
    const client = await join('e');
    const broke = await failure(client.self<Hero>().fail('broke'));
    expect(broke).to.be.instanceOf(Broke);
    expect(broke.missing).to.equal(5);
    const secret = await failure(client.self<Hero>().fail('secret'));
    expect(secret).to.be.instanceOf(RemoteError);
    expect(secret.message).to.match(/^internal error \(.+\)$/);
    expect(JSON.stringify(secret)).to.not.contain('1234');
  });

  it('delivers live events in order, with their class and origin', async () => {
    const mover = await join('f');
    const watcher = await join('g');
    const seen: Moved[] = [];
    let done!: () => void;
    const all = new Promise<void>((resolve) => (done = resolve));
    const stop = await watcher.actor<Hero>('hero', 'f').on(Moved, (event, origin) => {
      expect(origin).to.include({ type: 'hero', key: 'f' });
      if (seen.push(event) === 3) done();
    }, { onGap: () => expect.fail('a gap') });
    for (const x of [1, 2, 3]) await mover.self<Hero>().move(new Vec(x, 0));
    await all;
    expect(seen.map(({ to }) => to)).to.deep.equal([new Vec(1, 0), new Vec(2, 0), new Vec(3, 0)]);
    expect(seen[0]).to.be.instanceOf(Moved);
    await stop();
  });

  it('sends a client the events that its session actor sends it', async () => {
    const client = await join('h');
    const greeting = await new Promise<Moved>((resolve) => client.on<Moved>('e2e-moved', resolve));
    expect(greeting).to.be.instanceOf(Moved);
    expect(greeting.to).to.deep.equal(new Vec());
  });

  it('says who left and why', async () => {
    const watcher = await join('w');
    const client = await join('i');
    const left = new Promise<void>((resolve) => (onLeft = resolve));
    await client.close();
    await left;
    expect(await watcher.actor<Hero>('hero', 'i').history()).to.deep.equal(['connect i', 'disconnect left']);
  });

  it('refuses a bad token with a typed error', async () => {
    expect(await failure(connect({ address: silo.gatewayAddress!, token: 'bad' }))).to.be.instanceOf(UnauthenticatedError);
  });

  it('ends a kicked client for good', async () => {
    const client = await join('k');
    const closed = new Promise<void>((resolve) => client.on('state', (state) => state === 'closed' && resolve()));
    await client.self<Hero>().kickMe().catch((error: unknown) => expect(error).to.be.instanceOf(Error));
    await closed;
    expect(await failure(client.self<Hero>().whoAmI())).to.be.instanceOf(Error);
  });
});
