import { expect } from 'chai';
import { Actor, Component, Interleave, ReadOnly, State, type ActorContext } from '../../sdk/index.js';
import { memorySilo } from '../support/memory-silo.js';
import { at, forgetSteps, log } from './steps.js';

@Component({ name: 'WithinPart', isolation: 'inline' })
class Part {
  @State() names: string[] = [];
  @Interleave() async add(name: string): Promise<void> {
    log.push(`${name} begins`);
    this.names.push(name);
    await at(name).opened;
    log.push(`${name} ends`);
  }
  @ReadOnly({ strict: true }) async look(): Promise<number> {
    at('entered:look').open();
    await at('look').opened;
    return this.names.length;
  }
}
@Actor({ name: 'within-whole', components: [Part] })
class Whole {
  constructor(private readonly ctx: ActorContext<Whole>) {}
  async addThenPay(): Promise<void> {
    const added = this.ctx.self.getComponent(Part).add('own');
    await this.ctx.self.with({ idempotencyKey: 'k' }).pay();
    await added;
  }
  async pay(): Promise<void> {
    at('entered:pay').open();
    await at('pay').opened;
    log.push('paid');
  }
}

describe('a keyed call within a unit', () => {
  beforeEach(forgetSteps);

  it("is alone also with the unit's calls that waited in line when it began", async () => {
    const silo = memorySilo([Whole]);
    const part = silo.actor(Whole, 'a').getComponent(Part);
    const look = part.look();
    await at('entered:look').opened;
    const paying = silo.actor(Whole, 'a').addThenPay();
    await at('entered:pay').opened;
    const other = part.add('other');
    at('own').open();
    at('other').open();
    at('look').open();
    expect(await look).to.equal(0);
    at('pay').open();
    await Promise.all([paying, other]);
    expect(log.filter((line) => line !== 'paid')).to.deep.equal(['own begins', 'own ends', 'other begins', 'other ends']);
    expect(log.indexOf('paid')).to.be.lessThan(log.indexOf('other begins'));
    await silo.runtime.stop();
  });
});
