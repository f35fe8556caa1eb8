// Circles of calls that go through the beginning of a service: who waits for its onActivate is known to wait.
import { expect } from 'chai';
import { Actor, ActivationFailedError, CallCycleError, Interleave, ReadOnly, Service, type ActorContext, type Handle, type ServiceContext } from '../../sdk/index.js';
import { MemoryCluster, type MemoryClusterSilo } from '../cluster/memory-cluster.js';
import { failure, gate, memorySilo, type TestSilo } from '../support/memory-silo.js';

let act = newAct();
function newAct() {
  return { held: gate(), go: gate(), calling: gate(), mayCall: gate(), asked: gate(), ringing: gate(), how: 'asks' as 'asks' | 'calls itself' | 'wakes' };
}

@Service({ name: 'bureau', isolation: 'inline' })
class Bureau {
  private heard = '';
  constructor(private readonly ctx: ServiceContext<Bureau>) {}
  async onActivate(): Promise<void> {
    act.calling.open();
    await act.mayCall.opened;
    if (act.how === 'calls itself') return void (await this.ctx.service(Bureau).ask());
    if (act.how === 'wakes') return void (await this.ctx.actor(Client, 'c').ask());
    const now = this.ctx.actor(Desk, 'd').now();
    act.asked.open();
    this.heard = await now;
  }
  ask(): string { return this.heard; }
}

@Actor({ name: 'desk' })
class Desk {
  constructor(private readonly ctx: ActorContext<Desk>) {}
  async hold(): Promise<string> {
    act.held.open();
    await act.go.opened;
    const asking = this.ctx.service(Bureau).ask();
    act.ringing.open();
    return asking;
  }
  now(): string { return 'now'; }
  @ReadOnly() @Interleave() isHeld(): boolean { return true; }
}

@Actor({ name: 'client' })
class Client {
  constructor(private readonly ctx: ActorContext<Client>) {}
  async onActivate(): Promise<void> { await this.ctx.service(Bureau).ask(); }
  ask(): string { return 'asked'; }
}

describe('a circle of calls through the beginning of a service', () => {
  let silo: TestSilo;
  beforeEach(() => {
    act = newAct();
    silo = memorySilo([Desk, Client, Bureau]);
  });
  afterEach(async () => {
    for (const each of Object.values(act)) if (typeof each === 'object') each.open();
    await silo.runtime.stop();
  });

  const bureau = () => silo.runtime.service(Bureau) as Handle<Bureau>;

  it('is refused at once: the call that closes it, and the others go on', async () => {
    const held = failure(silo.actor(Desk, 'd').hold());
    await act.held.opened;
    act.mayCall.open();
    const first = bureau().ask();
    await act.asked.opened;
    act.go.open();
    const error = await held;
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error['cycle']).to.deep.equal(['bureau', 'desk/d', 'bureau']);
    expect(await first).to.equal('now');
  });

  it('is refused at once where onActivate closes it: the calls that wait for the service fail, and the next one begins it anew', async () => {
    const held = failure(silo.actor(Desk, 'd').hold());
    await act.held.opened;
    const first = failure(bureau().ask());
    await act.calling.opened;
    act.go.open();
    await act.ringing.opened;
    act.mayCall.open();
    for (const error of [await first, await held]) {
      expect(error).to.be.instanceOf(ActivationFailedError);
      expect((error.cause as CallCycleError).cycle).to.deep.equal(['desk/d', 'bureau', 'desk/d']);
    }
    expect(await bureau().ask()).to.equal('now');
  });

  for (const [how, cycle] of [['calls itself', ['bureau', 'bureau']], ['wakes', ['bureau', 'client/c', 'bureau']]] as const) {
    it(`is refused at once where onActivate ${how === 'wakes' ? 'wakes an actor that' : 'itself'} calls the service`, async () => {
      act.how = how;
      act.mayCall.open();
      const error = await failure(bureau().ask());
      expect(error).to.be.instanceOf(ActivationFailedError);
      let cause: unknown = error;
      while (cause instanceof ActivationFailedError) cause = cause.cause;
      expect(cause).to.be.instanceOf(CallCycleError);
      expect((cause as CallCycleError).cycle).to.deep.equal(cycle);
    });
  }
});

describe('a circle of calls through the beginning of a service, over several silos', () => {
  it('is refused within a second: the call that came last, and the others go on', async () => {
    act = newAct();
    const cluster = await MemoryCluster.of(1, [Desk]);
    await cluster.add([Bureau]);
    await Promise.all(cluster.silos.map(({ membership }) => membership.refresh()));
    const [desks, bureaus] = cluster.silos as [MemoryClusterSilo, MemoryClusterSilo];
    const held = failure(desks.actor(Desk, 'd').hold());
    await cluster.until(act.held.opened);
    act.mayCall.open();
    const first = (bureaus.runtime.service(Bureau) as Handle<Bureau>).ask();
    await cluster.until(act.asked.opened);
    const sinceMs = cluster.clock.monotonicMs();
    await cluster.clock.advance('20ms');
    act.go.open();
    const error = await cluster.until(held);
    expect(cluster.clock.monotonicMs() - sinceMs).to.be.at.most(1500);
    expect(error).to.be.instanceOf(CallCycleError);
    expect(error['cycle']).to.have.members(['bureau', 'desk/d', 'bureau']);
    expect(await cluster.until(first)).to.equal('now');
    await cluster.stop();
  });
});
