import { expect } from 'chai';
import { Actor, CallCycleError, CallTimeoutError, Component, ConfigurationError, ReadOnly, State, type ActorContext, type CallInfo, type ComponentContext } from '../../sdk/index.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';
import { Changed } from './account.js';

const log: string[] = [];
let hold = gate();
let entered = gate();
let stray = gate();
let outcome: Promise<unknown> = Promise.resolve();
let during: (() => void) | undefined;

@Component({ name: 'Side', isolation: 'inline' })
class Side {
  @State() value = 0;
  constructor(private readonly ctx: ComponentContext<Side, Node>) {}
  async waitThenOwner(): Promise<number> {
    entered.open();
    await hold.opened;
    return this.ctx.owner.add(1);
  }
  add(amount: number): number {
    this.value += amount;
    if (amount < 0) throw new RangeError('negative');
    return this.value;
  }
  @ReadOnly() get(): number {
    return this.value;
  }
}

@Actor({ name: 'chains-node', components: [Side] })
class Node {
  @State() value = 0;
  constructor(private readonly ctx: ActorContext<Node>) {}
  add(amount: number): number {
    return (this.value += amount);
  }
  @ReadOnly() get(): number {
    return this.value;
  }
  @ReadOnly() async lookThenAdd(amount: number): Promise<number> {
    entered.open();
    await hold.opened;
    return this.ctx.self.add(amount);
  }
  @ReadOnly() async look(): Promise<number> {
    entered.open();
    await hold.opened;
    return this.value;
  }
  async waitThenSide(): Promise<number> {
    entered.open();
    await hold.opened;
    return this.ctx.self.getComponent(Side).add(1);
  }
  async catchNested(): Promise<string> {
    await this.ctx.self.getComponent(Side).add(1);
    return this.ctx.self.getComponent(Side).add(-5).then(() => 'no', (error: Error) => error.message);
  }
  leaveBehind(): void {
    outcome = stray.opened.then(() => this.ctx.emit(new Changed(1))).then(() => 'emitted', (error: unknown) => error);
    void stray.opened.then(() => this.ctx.self.add(1)).catch((error: Error) => log.push(`add: ${error.name}`));
    void stray.opened.then(() => this.info());
  }
  info(): CallInfo | undefined {
    try {
      return this.ctx.call;
    } catch (error) {
      log.push((error as Error).name);
      return undefined;
    }
  }
  who(): string | undefined {
    return this.ctx.call.from?.key;
  }
  async both(amount: number): Promise<readonly (string | undefined)[]> {
    const [, who] = await Promise.all([this.ctx.actor(Node, 'other').add(amount), this.ctx.actor(Node, 'other').who(), this.ctx.self.getComponent(Side).add(amount)]);
    return [who, this.ctx.call.from?.key];
  }
  tellWrong(): void {
    this.ctx.self.getComponent(Side).oneWay.add(-1);
  }
  block(): void {
    during?.();
  }
}

describe('call chains', () => {
  beforeEach(() => {
    log.length = 0;
    hold = gate();
    entered = gate();
    stray = gate();
    during = undefined;
  });

  it('wait with an upgrade for the other readers, before everybody else', async () => {
    const { actor, runtime } = memorySilo([Node]);
    const node = actor(Node, 'n');
    const look = node.look();
    const upgrade = node.lookThenAdd(5);
    await entered.opened;
    const later = node.add(100);
    hold.open();
    expect(await Promise.all([look, upgrade, later])).to.deep.equal([0, 5, 105]);
    await runtime.stop();
  });

  it('that read and both want to write: the second is refused at once', async () => {
    const { actor, runtime } = memorySilo([Node]);
    const node = actor(Node, 'n');
    const upgrades = [node.lookThenAdd(5), node.lookThenAdd(7)];
    await entered.opened;
    hold.open();
    const [first, second] = await Promise.allSettled(upgrades);
    expect(first).to.deep.include({ status: 'fulfilled', value: 5 });
    expect((second as PromiseRejectedResult).reason).to.be.instanceOf(CallCycleError);
    expect(await node.get()).to.equal(5);
    await runtime.stop();
  });

  it('of owner and component that wait for each other are refused at once', async () => {
    const { actor, runtime } = memorySilo([Node]);
    const node = actor(Node, 'n');
    const first = node.waitThenSide();
    await entered.opened;
    entered = gate();
    const second = node.getComponent(Side).waitThenOwner();
    await entered.opened;
    hold.open();
    const outcomes = await Promise.allSettled([first, second]);
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as CallCycleError] : []));
    expect(refused).to.have.length(1);
    expect(refused[0]!.cycle).to.include.members(['chains-node/n', 'chains-node/n#Side']);
    await runtime.stop();
  });

  it('go on after a nested failure that they catch; what the failed call changed is part of the unit', async () => {
    const { actor, runtime } = memorySilo([Node]);
    expect(await actor(Node, 'n').catchNested()).to.equal('negative');
    expect(await actor(Node, 'n').getComponent(Side).get()).to.equal(-4);
    await runtime.stop();
  });

  it('may fan out: each call knows its own caller', async () => {
    const { actor, runtime } = memorySilo([Node]);
    expect(await actor(Node, 'n').both(3)).to.deep.equal(['n', undefined]);
    expect(await actor(Node, 'other').get()).to.equal(3);
    await runtime.stop();
  });

  it('are over with their turn: code left behind can neither call nor emit nor see a caller', async () => {
    const { actor, runtime } = memorySilo([Node]);
    await actor(Node, 'n').leaveBehind();
    stray.open();
    expect(await outcome).to.be.instanceOf(ConfigurationError);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(log).to.have.members(['ConfigurationError', 'add: ConfigurationError']);
    expect(await actor(Node, 'n').get()).to.equal(0);
    await runtime.stop();
  });

  it('do not hear of a one-way call that fails', async () => {
    const { actor, runtime } = memorySilo([Node]);
    await actor(Node, 'n').tellWrong();
    expect(await actor(Node, 'n').getComponent(Side).get()).to.equal(0);
    await runtime.stop();
  });

  it('never begin a turn after its deadline, also when a turn blocked the loop', async () => {
    let jumpMs = 0;
    class JumpingClock extends VirtualClock {
      override monotonicMs(): number {
        return super.monotonicMs() + jumpMs;
      }
    }
    const { actor, runtime } = memorySilo([Node], { clock: new JumpingClock() });
    const node = actor(Node, 'n');
    await node.get();
    const look = node.look();
    await entered.opened;
    during = () => (jumpMs = 5000);
    const blocking = node.block();
    const late = failure(node.with({ timeout: '1s' }).add(1));
    hold.open();
    await Promise.all([look, blocking]);
    expect(await late).to.be.instanceOf(CallTimeoutError);
    expect(await node.get()).to.equal(0);
    await runtime.stop();
  });
});
