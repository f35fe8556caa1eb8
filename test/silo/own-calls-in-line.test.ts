import { expect } from 'chai';
import { Actor, Component, State, type ActorContext } from '../../sdk/index.js';
import { gate, memorySilo } from '../support/memory-silo.js';

const first = gate();
const held = gate();
const letGo = gate();
const second = gate();

@Component({ name: 'LinePart', isolation: 'inline' })
class Part {
  @State() list: string[] = [];
  async hold(): Promise<void> {
    held.open();
    await letGo.opened;
  }
  add(item: string): number {
    return this.list.push(item);
  }
}

@Actor({ name: 'line-whole', components: [Part] })
class Whole {
  constructor(private readonly ctx: ActorContext<Whole>) {}
  async addBoth(): Promise<number[]> {
    const part = this.ctx.self.getComponent(Part);
    const one = part.add('one');
    first.open();
    await second.opened;
    return Promise.all([one, part.add('two')]);
  }
}

describe('a chain that is inside', () => {
  it('starts its calls that wait behind those who wait for it', async () => {
    const silo = memorySilo([Whole]);
    const actor = silo.actor(Whole, 'a');
    const part = actor.getComponent(Part);
    const holding = part.hold();
    await held.opened;
    const both = actor.with({ timeout: '1s' }).addBoth();
    await first.opened;
    const other = part.with({ timeout: '1s' }).add('other');
    second.open();
    await new Promise((resolve) => setImmediate(resolve));
    letGo.open();
    await holding;
    expect(await both).to.deep.equal([1, 2]);
    expect(await other).to.equal(3);
    await silo.runtime.stop();
  });
});
