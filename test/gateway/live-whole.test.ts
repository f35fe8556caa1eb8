import { expect } from 'chai';
import { Actor, ActorEvent, Public, type ActorContext } from '../../sdk/index.js';
import { startTestCluster, type TestCluster } from '../../silo/testing/index.js';

@Public()
@ActorEvent('live-rang')
class Rang {
  constructor(readonly time: number) {}
}

@Actor({ name: 'live-bell' })
class Bell {
  constructor(private readonly ctx: ActorContext<Bell>) {}
  @Public() async ring(time: number): Promise<void> {
    await this.ctx.emit(new Rang(time), { live: true });
  }
}

describe('a live subscription on a whole silo', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster({ modules: [Bell], log: 'silent' });
  });
  afterEach(() => cluster.stop());

  it('goes on at the next activation of its actor, wakes it, and tells of the gap once', async () => {
    const client = await cluster.client({ id: 'c' });
    const heard: unknown[] = [];
    await client.actor<Bell>('live-bell', 'b').on(Rang, ({ time }) => heard.push(time), { onGap: () => heard.push('gap') });
    const bell = cluster.actor(Bell, 'b');
    await bell.ring(1);
    await cluster.clock.advance(1);
    await bell.manage.deactivate();
    await cluster.clock.advance('1s');
    expect(cluster.activations(), 'awake again').to.deep.equal(['live-bell/b']);
    await bell.ring(2);
    await bell.ring(3);
    await cluster.clock.advance(1);
    expect(heard).to.deep.equal([1, 'gap', 2, 3]);
  });

  it('lets its actor go to sleep once nobody listens any more', async () => {
    const client = await cluster.client({ id: 'c' });
    const stop = await client.actor<Bell>('live-bell', 'b').on(Rang, () => undefined);
    await cluster.clock.advance('1h');
    expect(cluster.activations()).to.deep.equal(['live-bell/b']);
    await stop();
    await cluster.clock.advance('1h');
    expect(cluster.activations()).to.deep.equal([]);
  });
});
