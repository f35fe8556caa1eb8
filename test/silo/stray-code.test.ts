import { expect } from 'chai';
import { Actor, ActorEvent, ConfigurationError, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

@ActorEvent('stray-noted')
class Noted {}

let leave = gate();
let outcome: Promise<unknown> = Promise.resolve();

@Actor({ name: 'stray' })
class Stray {
  @State() count = 0;
  @State() other = 0;
  constructor(private readonly ctx: ActorContext<Stray>) {}
  /** Leaves `work` behind, which goes on when the gate opens. */
  private leaveBehind(work: () => unknown): void {
    outcome = leave.opened.then(work);
    outcome.catch(() => undefined);
  }
  changeLater(): void {
    this.leaveBehind(() => (this.count = 7));
  }
  callLater(): void {
    this.leaveBehind(() => this.ctx.actor(Stray, 'b').get());
  }
  oneWayLater(): void {
    this.leaveBehind(() => this.ctx.actor(Stray, 'b').oneWay.set(9));
  }
  emitLater(): void {
    this.leaveBehind(() => this.ctx.emit(new Noted()));
  }
  emitLiveLater(): void {
    this.leaveBehind(() => this.ctx.emit(new Noted(), { live: true }));
  }
  askLater(): void {
    this.leaveBehind(() => this.ctx.call.method);
  }
  set(value: number): void {
    this.other = value;
  }
  fail(): never {
    throw new RangeError('no');
  }
  @ReadOnly() get(): number[] {
    return [this.count, this.other];
  }
}

describe('code outside a turn', () => {
  beforeEach(() => {
    leave = gate();
  });

  it('changes state with the next commit, and the silo warns once', async () => {
    const store = new MemoryStateStore();
    const silo = memorySilo([Stray], { store });
    const actor = silo.actor(Stray, 'a');
    for (let round = 0; round < 2; round++) {
      await actor.changeLater();
      leave.open();
      await outcome;
      await actor.set(round);
      leave = gate();
    }
    silo.runtime.abandon('crash');
    const next = memorySilo([Stray], { store });
    expect(await next.actor(Stray, 'a').get()).to.deep.equal([7, 1]);
    const warnings = silo.log.lines.filter(({ message }) => message.includes('outside a turn'));
    expect(warnings.map(({ message }) => message)).to.deep.equal(['stray: count changed outside a turn; it joins the next commit']);
    await next.runtime.stop();
  });

  it('keeps that change when the next turn throws, and when nothing else is ever saved', async () => {
    const store = new MemoryStateStore();
    const silo = memorySilo([Stray], { store });
    const actor = silo.actor(Stray, 'a');
    await actor.changeLater();
    leave.open();
    await outcome;
    await failure(actor.fail());
    expect(await actor.get()).to.deep.equal([7, 0]);
    await silo.runtime.stop();
    const next = memorySilo([Stray], { store });
    expect(await next.actor(Stray, 'a').get()).to.deep.equal([7, 0]);
    await next.runtime.stop();
  });

  for (const verb of ['callLater', 'oneWayLater', 'emitLater', 'emitLiveLater', 'askLater'] as const) {
    it(`cannot ${verb.replace('Later', '')} any more: the error names the turn that left it behind`, async () => {
      const silo = memorySilo([Stray]);
      await silo.actor(Stray, 'a')[verb]();
      leave.open();
      const error = await failure(outcome);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.match(new RegExp(`: the turn stray/a\\.${verb} is over\\. Await what a method starts, or use ctx\\.timer\\(\\) for later work$`));
      expect(await silo.actor(Stray, 'b').get()).to.deep.equal([0, 0]);
      await silo.runtime.stop();
    });
  }
});
