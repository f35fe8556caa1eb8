// Session actors whose onConnect calls another actor, whose silo dies meanwhile.
import { expect } from 'chai';
import { Actor, type ActorContext } from '../../sdk/index.js';
import { gate } from '../support/memory-silo.js';
import { LinkedCluster } from './linked-cluster.js';

let entered = gate();
let holds = 0;
let greetings = 0;

@Actor({ name: 'hello-hall' })
class Hall {
  async enter(): Promise<void> {
    if (holds-- <= 0) return;
    entered.open();
    await new Promise(() => undefined);
  }
}

@Actor({ name: 'hello-guest' })
class Guest {
  constructor(private readonly ctx: ActorContext<Guest>) {}
  async onConnect(): Promise<void> {
    greetings++;
    await this.ctx.actor(Hall, 'main').enter();
  }
}

/** Guests of s0 are there, too; the hall is on s1. */
async function houses(): Promise<LinkedCluster> {
  const c = await LinkedCluster.of(2, [Hall, Guest], { session: 'hello-guest' });
  c.choose = () => 's1';
  await c.until(c.silos[0]!.actor(Hall, 'main').enter());
  c.choose = () => 's0';
  return c;
}

describe('a client whose actor greets it by a call to a silo that dies', () => {
  beforeEach(() => {
    entered = gate();
    holds = greetings = 0;
  });

  it('is lost, comes back, and is greeted then', async () => {
    const c = await houses();
    holds = 1;
    const { client, started } = c.silos[0]!.knock('ann');
    await c.until(entered.opened);
    c.kill(c.silos[1]!);
    await c.until(started);
    expect(client.state).to.equal('connected');
    expect(greetings).to.equal(2);
    await c.stop();
  });

  it('stays, and is presented again, when it had been there before', async () => {
    const c = await houses();
    const client = await c.silos[0]!.join('ann');
    holds = 1;
    await c.until(c.silos[0]!.actor(Guest, 'ann').manage.deactivate());
    await c.until(entered.opened);
    c.kill(c.silos[1]!);
    await c.phase('it is greeted for the third time', () => greetings === 3);
    await c.clock.advance('1s');
    expect(client.state).to.equal('connected');
    await c.stop();
  });
});
