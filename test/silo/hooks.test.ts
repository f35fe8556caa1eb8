import { expect } from 'chai';
import { Actor, ActivationFailedError, Component, ConfigurationError, MailboxFullError, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { failure, gate, memorySilo } from '../support/memory-silo.js';

const log: string[] = [];
let waking: ((ctx: ActorContext<Host>) => unknown) | undefined;
let constructing: ((ctx: ActorContext<Host>) => unknown) | undefined;
let hold = gate();
let entered = gate();

@Component({ name: 'Tray', isolation: 'inline' })
class Tray {
  @State() glasses = 0;
  constructor(private readonly ctx: ComponentContext<Tray>) {}
  async fillSlowly(): Promise<void> {
    log.push(`${this.ctx.key} fills`);
    entered.open();
    await hold.opened;
    this.glasses += 10;
    log.push(`${this.ctx.key} filled`);
  }
  take(): number {
    log.push(`${this.ctx.key} takes`);
    return --this.glasses;
  }
  add(): number {
    return ++this.glasses;
  }
}

@Actor({ name: 'hooks-host', components: [Tray] })
class Host {
  @State() visits = 0;
  constructor(private readonly ctx: ActorContext<Host>) {
    constructing?.(ctx);
  }
  onActivate(): unknown {
    return waking?.(this.ctx);
  }
  ping(): string {
    log.push('pinged');
    return 'pong';
  }
  async wake(other: string): Promise<string> {
    return this.ctx.actor(Host, other).ping();
  }
  async wakeThenAdd(other: string): Promise<number> {
    await this.ctx.actor(Host, other).ping();
    return this.ctx.self.getComponent(Tray).add();
  }
}

describe('hooks', () => {
  beforeEach(() => {
    log.length = 0;
    waking = constructing = undefined;
    hold = gate();
    entered = gate();
  });

  it('keep everybody out until the last of them is over, also when the first changed nothing', async () => {
    const { actor, runtime } = memorySilo([Host]);
    waking = async () => {
      await hold.opened;
      throw new Error('closed today');
    };
    const calls = [failure(actor(Host, 'h').ping()), failure(actor(Host, 'h').getComponent(Tray).take())];
    hold.open();
    for (const error of await Promise.all(calls)) expect(error).to.be.instanceOf(ActivationFailedError);
    expect(log).to.deep.equal([]);
    await runtime.stop();
  });

  it('end with the calls that they did not await: nobody gets in before', async () => {
    const { actor, runtime } = memorySilo([Host]);
    waking = (ctx) => void ctx.self.getComponent(Tray).fillSlowly();
    const taken = actor(Host, 'h').getComponent(Tray).take();
    await entered.opened;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    hold.open();
    expect(await taken).to.equal(9);
    expect(log).to.deep.equal(['h fills', 'h filled', 'h takes']);
    await runtime.stop();
  });

  it('run, like the constructor, outside the turn of the caller who woke the actor', async () => {
    const { actor, runtime } = memorySilo([Host]);
    await actor(Host, 'caller').ping();
    let seen: unknown;
    constructing = (ctx) => {
      try {
        seen = ctx.call;
      } catch (error) {
        seen = error;
      }
    };
    await actor(Host, 'caller').wake('woken');
    expect(seen).to.be.instanceOf(ConfigurationError);
    await runtime.stop();
  });

  it('fail as an activation that failed, whatever kind of error they throw', async () => {
    const { actor, runtime } = memorySilo([Host]);
    waking = () => {
      throw new MailboxFullError('elsewhere', { limit: 1 });
    };
    const error = await failure(actor(Host, 'h').ping());
    expect(error).to.be.instanceOf(ActivationFailedError);
    expect(error.cause).to.be.instanceOf(MailboxFullError);
    await runtime.stop();
  });

  it('may change a component of the caller who woke the actor, and the caller goes on with it', async () => {
    const { actor, runtime } = memorySilo([Host]);
    await actor(Host, 'caller').ping();
    waking = (ctx) => ctx.actor(Host, 'caller').getComponent(Tray).add();
    expect(await actor(Host, 'caller').with({ timeout: '2s' }).wakeThenAdd('woken')).to.equal(2);
    await runtime.stop();
  });
});
