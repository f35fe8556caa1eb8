// Two silos on a real Redis, a client over real Socket.IO that was told of one gateway alone.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Actor, ActorEvent, LinkLostError, Public, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { connect, type Client } from '../../sdk/client/index.js';
import { startSilo, type Silo } from '../../silo/index.js';
import { stateOf } from '../client/restartable-gateway.js';
import { failure, gate } from '../support/memory-silo.js';
import { acquireRedis, type TestRedis } from '../support/redis-server.js';

@Public()
@ActorEvent('failover-rose')
class Rose {
  constructor(readonly to: number) {}
}

let hold = gate();
let entered = gate();
let began = 0;
let met: string[] = [];

@Actor({ name: 'failover-seat' })
class Seat {
  onConnect(client: { readonly id: string }): void {
    met.push(`hello ${client.id}`);
  }
  onDisconnect(client: { readonly id: string }, reason: string): void {
    met.push(`bye ${client.id} ${reason}`);
  }
}

@Actor({ name: 'failover-tower', placement: 'prefer-local' })
class Tower {
  @State() height = 0;
  constructor(private readonly ctx: ActorContext<Tower>) {}
  @Public() async rise(): Promise<number> {
    await this.ctx.emit(new Rose(++this.height), { live: true });
    return this.height;
  }
  @Public() async riseSlowly(): Promise<number> {
    if (++began === 2) entered.open();
    await hold.opened;
    return this.rise();
  }
  @Public() @ReadOnly() level(): number {
    return this.height;
  }
}

describe('a client of a cluster', () => {
  let redis: TestRedis;
  const silos: Silo[] = [];
  const clients: Client[] = [];

  const start = async (cluster: string): Promise<Silo> => {
    const gateway = { port: 0, authenticate: 'anonymous', session: 'failover-seat' } as const;
    const silo = await startSilo({ cluster, modules: [Seat, Tower], redis: redis.url, gateway, log: 'silent' });
    silos.push(silo);
    return silo;
  };

  /** Resolves when each knows the other. */
  const both = async (cluster: string): Promise<[Silo, Silo]> => {
    const a = await start(cluster);
    const joined = new Promise<void>((resolve) => void a.on('member-joined', () => resolve()));
    const b = await start(cluster);
    await joined;
    return [a, b];
  };

  before(async () => {
    redis = await acquireRedis();
  });
  beforeEach(() => {
    hold = gate();
    entered = gate();
    began = 0;
    met = [];
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(silos.splice(0).map((silo) => silo.stop()));
  });
  after(() => redis.stop());

  it('goes on at another gateway when its own is gone, as the same one, and misses nothing', async () => {
    const [a, b] = await both(`t-${randomUUID()}`);
    const tower = b.actor(Tower, 't');
    expect(await tower.rise()).to.equal(1);
    const client = await connect(a.gatewayAddress!, { resume: undefined });
    clients.push(client);
    const { identity, id } = client;
    const far = client.actor<Tower>('failover-tower', 't');
    const heard: number[] = [];
    let gaps = 0;
    const third = gate();
    await far.on<Rose>('failover-rose', ({ to }) => {
      heard.push(to);
      if (to === 3) third.open();
    }, { onGap: () => gaps++ });
    expect(await far.rise()).to.equal(2);
    const reconnected = stateOf(client, 'reconnecting').then(() => stateOf(client, 'connected'));
    await a.stop({ force: true });
    await reconnected;
    expect(client.identity).to.deep.equal(identity);
    expect(client.id).not.to.equal(id);
    expect(await far.level()).to.equal(2);
    expect(client.lastSilo(far)).to.equal(b.id);
    // The subscription was made again on this connection before this call.
    expect(await far.rise()).to.equal(3);
    await third.opened;
    expect([heard, gaps]).to.deep.equal([[2, 3], 0]);
    expect(met.filter((line) => line.startsWith('bye'))).to.deep.equal([`bye ${id} lost`]);
  });

  it('gets the outcome of what may be repeated, and LinkLostError for what may not', async () => {
    const [a, b] = await both(`t-${randomUUID()}`);
    await b.actor(Tower, 't').rise();
    const client = await connect(a.gatewayAddress!);
    clients.push(client);
    const far = client.actor<Tower>('failover-tower', 't');
    const keyed = far.with({ idempotencyKey: 'once' }).riseSlowly();
    const other = client.actor<Tower>('failover-tower', 'u');
    await b.actor(Tower, 'u').level();
    const plain = failure(other.riseSlowly());
    await entered.opened;
    const stopped = a.stop({ force: true });
    expect(await plain).to.be.instanceOf(LinkLostError);
    await stateOf(client, 'connected');
    hold.open();
    expect(await keyed).to.equal(2);
    await stopped;
    expect(await far.level()).to.equal(2);
  });
});
