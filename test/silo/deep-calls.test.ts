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
});
