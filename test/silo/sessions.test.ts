import { expect } from 'chai';
import { Actor, ActivationFailedError, State, type ActorContext, type ConnectedClient } from '../../sdk/index.js';
import type { SessionClient } from '../../silo/gateway/gateway-backend.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const log: string[] = [];
let failing = false;
let entered = gate();
let hold: ReturnType<typeof gate> | undefined;

@Actor({ name: 'session-plain' })
class Plain {
  onActivate(): void {
    log.push('activated');
    if (failing) throw new Error('not today');
  }
  ping(): string {
    return 'pong';
  }
}

@Actor({ name: 'session-greeter' })
class Greeter {
  @State() visits = 0;
  constructor(private readonly ctx: ActorContext<Greeter>) {}
  async onConnect(client: ConnectedClient): Promise<void> {
    log.push(`hello ${client.id}`);
    entered.open();
    await hold?.opened;
  }
  onDisconnect(client: ConnectedClient, reason: string): void {
    log.push(`bye ${client.id}: ${reason}`);
  }
  async block(): Promise<void> {
    entered.open();
    await hold?.opened;
  }
  who(): string[] {
    return this.ctx.clients.map(({ id }) => id);
  }
}

const client = (id: string, kicks: string[] = []): SessionClient => ({
  id, identity: { id }, since: 0, send: () => undefined, kick: (reason?: string) => void kicks.push(`${id}: ${reason}`),
});
const ignore = (): void => undefined;
const plain = { type: 'session-plain', key: 'p' };
const greeter = { type: 'session-greeter', key: 'g' };

describe('session actors', () => {
  beforeEach(() => {
    log.length = 0;
    failing = false;
    entered = gate();
    hold = undefined;
  });

  it('refuse a client when they cannot be activated, without trying for ever', async () => {
    const { runtime } = memorySilo([Plain]);
    failing = true;
    expect(await failure(runtime.backend.connected(plain, client('c'), ignore))).to.be.instanceOf(ActivationFailedError);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(log).to.deep.equal(['activated']);
    expect(runtime.backend.clientsOf(plain)).to.deep.equal([]);
    await runtime.stop();
  });

  it('meet a client once that comes while the activation ends, and tell it apart from one that was there', async () => {
    const { actor, runtime } = memorySilo([Greeter]);
    await runtime.backend.connected(greeter, client('early'), ignore);
    hold = gate();
    entered = gate();
    const blocked = actor(Greeter, 'g').block();
    await entered.opened;
    const ended = actor(Greeter, 'g').manage.deactivate();
    const connected = runtime.backend.connected(greeter, client('late'), ignore);
    hold.open();
    hold = undefined;
    await Promise.all([blocked, ended, connected]);
    expect(await actor(Greeter, 'g').who()).to.have.members(['early', 'late']);
    expect(log.slice().sort()).to.deep.equal(['hello early', 'hello early', 'hello late']);
    await runtime.stop();
  });

  it('say hello before goodbye to a client that leaves while it is greeted, and keep nothing of it', async () => {
    const { actor, runtime } = memorySilo([Greeter]);
    hold = gate();
    const connected = runtime.backend.connected(greeter, client('brief'), ignore);
    await entered.opened;
    const gone = runtime.backend.disconnected(greeter, 'brief', 'left');
    hold.open();
    await Promise.all([connected, gone]);
    expect(log).to.deep.equal(['hello brief', 'bye brief: left']);
    expect(await actor(Greeter, 'g').who()).to.deep.equal([]);
    await actor(Greeter, 'g').manage.deactivate();
    expect(runtime.statistics.activations).to.equal(0);
    await runtime.stop();
  });

  it('never hear of a client that left before they were awake', async () => {
    const { runtime } = memorySilo([Greeter]);
    const connected = runtime.backend.connected(greeter, client('gone'), ignore);
    await runtime.backend.disconnected(greeter, 'gone', 'lost');
    await connected;
    expect(log).to.deep.equal([]);
    await runtime.stop();
  });

  it('take a live subscription that comes while the activation ends to the next one', async () => {
    const { actor, runtime } = memorySilo([Greeter]);
    hold = gate();
    const blocked = actor(Greeter, 'g').block();
    await entered.opened;
    const ended = actor(Greeter, 'g').manage.deactivate();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const subscribed = runtime.backend.subscribe(greeter, 'anything', () => undefined, () => undefined);
    hold.open();
    await Promise.all([blocked, ended]);
    expect((await subscribed).number).to.equal(0);
    expect(runtime.statistics.activated).to.equal(2);
    await runtime.stop();
  });
});
