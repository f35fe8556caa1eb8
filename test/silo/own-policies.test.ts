import { expect } from 'chai';
import { Actor, ConfigurationError } from '../../sdk/index.js';
import { startSilo } from '../../silo/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';

@Actor({ name: 'placed-by-own', placement: { policy: 'mine', near: 'water' } })
class Placed {
  hello(): string {
    return 'here';
  }
}

const mine = { name: 'mine', choose: (): undefined => undefined };

describe('placement policies of your own', () => {
  it('can be named by classes of a silo that has them', async () => {
    const silo = await startSilo({ modules: [Placed], placement: { default: 'mine', policies: [mine] }, log: 'silent' });
    try {
      expect(await silo.actor(Placed, 'p1').hello()).to.equal('here');
    } finally {
      await silo.stop();
    }
  });

  it('can be named by classes of a test cluster that has them', async () => {
    await using t = await startTestCluster({ modules: [Placed], placement: { policies: [mine] } });
    expect(await t.actor(Placed, 'p1').hello()).to.equal('here');
  });

  it('keep a silo and a test cluster from starting where they are missing or malformed', async () => {
    for (const start of [startSilo, startTestCluster] as const) {
      const missing = await failure(start({ modules: [Placed], log: 'silent' }));
      expect(missing).to.be.instanceOf(ConfigurationError).with.property('message').that.contains("asks for the placement policy 'mine'; known: random");
      const malformed = await failure(start({ modules: [Placed], placement: { policies: [mine, mine] }, log: 'silent' }));
      expect(malformed).to.be.instanceOf(ConfigurationError).with.property('message').that.contains("placement.policies[1].name: 'mine' is not free");
    }
  });
});
