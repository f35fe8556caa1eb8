import { expect } from 'chai';
import { Actor, State, type ActorContext } from '../../sdk/index.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const entered = gate();
const open = gate();
const log: string[] = [];

@Actor({ name: 'deep' })
class Deep {
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Deep>) {}
  /** Waits for none of the calls that it makes. */
  down(depth: number): void {
    const { self } = this.ctx;
    const call = depth > 0 ? self.down(depth - 1) : self.bottom();
    call.catch(() => undefined);
  }
  async bottom(): Promise<void> {
    log.push('bottom begins');
    entered.open();
    await open.opened;
    log.push('bottom ends');
  }
  other(): void {
    log.push('other');
  }
}

@Actor({ name: 'closed-deep', reentrancy: 'none' })
class Closed {
  constructor(private readonly ctx: ActorContext<Closed>) {}
  async down(depth: number): Promise<unknown> {
    const next = this.ctx.actor(Closed, String(depth - 1));
    return depth > 1 ? next.down(depth - 1) : Promise.all([next.bottom('1'), next.bottom('2')]);
  }
  async bottom(name: string): Promise<void> {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
  }
  touch(): void {}
}

describe('calls that begin in a deep stack', () => {
  it('keep their unit open until they have begun: nobody else gets in beside them', async () => {
    const silo = memorySilo([Deep]);
    const actor = silo.actor(Deep, 'a');
    await actor.other();
    const down = actor.down(39);
    await entered.opened;
    const other = actor.other();
    open.open();
    await Promise.all([down, other]);
    expect(log).to.deep.equal(['other', 'bottom begins', 'bottom ends', 'other']);
    await silo.runtime.stop();
  });

  it('under reentrancy none: one after the other, also those of one turn', async () => {
    const silo = memorySilo([Closed]);
    for (let key = 0; key <= 45; key++) await silo.actor(Closed, String(key)).touch();
    for (const depth of [38, 39, 40, 41, 42]) {
      log.length = 0;
      await silo.actor(Closed, String(depth)).down(depth);
      expect(log, `at depth ${depth}`).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends']);
    }
    await silo.runtime.stop();
  });
});
