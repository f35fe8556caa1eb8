import { expect } from 'chai';
import { Actor, ConfigurationError, Every, ForbiddenError, Public, State, UnknownMethodError, type ActorContext } from '../../sdk/index.js';
import { startTestCluster } from '../../silo/testing/index.js';
import { failure } from '../support/memory-silo.js';

@Actor({ name: 'tc-arena' })
class Arena {
  join(_who: string): string {
    return 'the real arena';
  }
}

@Actor({ name: 'tc-player' })
class Player {
  @State() ticks = 0;
  constructor(private readonly ctx: ActorContext<Player>) {}
  @Every('1s') protected tick(): void {
    this.ticks += 1;
  }
  async enter(): Promise<string> {
    return this.ctx.actor(Arena, 'main').join(this.ctx.key);
  }
  @Public() count(): number {
    return this.ticks;
  }
}

describe('troupe/testing', () => {
  it('runs actors with time that the test moves', async () => {
    await using t = await startTestCluster({ modules: [Player, Arena] });
    expect(await t.actor(Player, 'p1').count()).to.equal(0);
    await t.clock.advance('10s');
    expect(await t.actor(Player, 'p1').count()).to.equal(10);
  });

  it('connects clients that pass the gateway', async () => {
    await using t = await startTestCluster({ modules: [Player, Arena], gateway: { session: 'tc-player' } });
    const client = await t.client({ id: 'p1' });
    expect(client.identity.id).to.equal('p1');
    expect(await client.self<Player>().count()).to.equal(0);
    expect(await failure(client.actor<Player>('tc-player', 'p2').count())).to.be.instanceOf(ForbiddenError);
  });

  it('puts stubs in the place of actors, without waking those', async () => {
    await using t = await startTestCluster({ modules: [Player, Arena] });
    const restore = t.stub(Arena, 'main', { join: (who: string) => `stubbed for ${who}` });
    expect(await t.actor(Player, 'p1').enter()).to.equal('stubbed for p1');
    expect(t.activations()).to.deep.equal(['tc-player/p1']);
    expect(await failure((t.actor('tc-arena', 'main') as unknown as { leave(): Promise<void> }).leave())).to.be.instanceOf(UnknownMethodError);
    restore();
    expect(await t.actor(Player, 'p1').enter()).to.equal('the real arena');
  });

  it('refuses options of later versions and unknown ones by name', async () => {
    for (const [option, text] of [['silos', 'silos is a whole number from 1 to 64'], ['colour', "unknown option 'colour'"]] as const) {
      const error = await failure(startTestCluster({ modules: [Player], [option]: '3' }));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.contain(text);
    }
  });
});
