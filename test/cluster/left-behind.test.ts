// A call that its turn did not wait for goes on when the turn has ended; what it calls in its turn may come back.
import { expect } from 'chai';
import { Actor } from '../../sdk/index.js';
import type { ActorContext, EntityClass } from '../../sdk/index.js';
import { gate } from '../support/memory-silo.js';
import { MemoryCluster } from './memory-cluster.js';

let far = gate();
let hold = gate();
let entered = gate();
let returned: Promise<string> = Promise.resolve('');
let log: string[] = [];

class Leaving {
  constructor(private readonly ctx: ActorContext<Leaving>) {}
  private get self(): EntityClass<Leaving> {
    return this.constructor as EntityClass<Leaving>;
  }
  /** Waits for nothing that `by` is to do: it is on its way while this turn is still open. */
  async leave(by: string): Promise<void> {
    await this.ctx.actor(this.self, by).touch();
    const left = this.ctx.actor(this.self, by).back(this.ctx.key);
    returned = left.then(() => 'came back', (error: Error) => error.name);
  }
  async back(to: string): Promise<void> {
    far.open();
    await hold.opened;
    await this.ctx.actor(this.self, to).end();
  }
  end(): void {
    log.push('end');
  }
  async occupy(): Promise<void> {
    entered.open();
    await occupied.opened;
    log.push('other');
  }
  touch(): void {}
}
let occupied = gate();

@Actor({ name: 'leaving' })
class Chained extends Leaving {}

@Actor({ name: 'leaving-none', reentrancy: 'none' })
class Alone extends Leaving {}

describe('a call that comes back, by another silo, to an actor whose turn did not wait', () => {
  beforeEach(() => {
    [far, hold, entered, occupied] = [gate(), gate(), gate(), gate()];
    log = [];
  });

  for (const [what, Class] of [['chain', Chained], ['none', Alone]] as const) {
    it(`stands in line like any other: its chain holds the actor no more (reentrancy ${what})`, async () => {
      const cluster = await MemoryCluster.of(2, [Chained, Alone]);
      const [s0, s1] = cluster.silos;
      const a = s0!.actor(Class, 'a');
      await s1!.actor(Class, 'b').touch();
      await a.leave('b');
      await cluster.until(far.opened);
      const other = a.occupy();
      await entered.opened;
      hold.open();
      await cluster.clock.advance(600);
      expect(log).to.deep.equal([]);
      occupied.open();
      await other;
      expect(await cluster.until(returned)).to.equal('came back');
      expect(log).to.deep.equal(['other', 'end']);
      await cluster.stop();
    });
  }
});
