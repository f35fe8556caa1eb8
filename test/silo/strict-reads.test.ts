import { expect } from 'chai';
import { Actor, Component, ReadOnly, State, StaleEpochError, type ActorContext } from '../../sdk/index.js';
import { MemoryStateStore } from '../../state/memory-state-store.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@Component({ name: 'StrictPart', isolation: 'inline' })
class StrictPart {
  @State() value = 0;
  set(value: number): void {
    this.value = value;
  }
  @ReadOnly({ strict: true }) surely(): number {
    return this.value;
  }
}

@Actor({ name: 'strict-reader', components: [StrictPart] })
class StrictReader {
  @State() value = 0;
  constructor(private readonly ctx: ActorContext<StrictReader>) {}
  set(value: number): void {
    this.value = value;
  }
  async setThenRead(value: number): Promise<number> {
    this.value = value;
    return this.ctx.self.surely();
  }
  @ReadOnly() quickly(): number {
    return this.value;
  }
  @ReadOnly({ strict: true }) surely(): number {
    return this.value;
  }
}

/** Counts what asks who owns an actor, and can be mute. */
class AskedStore extends MemoryStateStore {
  asked = 0;
  isMute = false;
  override lookup(...args: Parameters<MemoryStateStore['lookup']>): ReturnType<MemoryStateStore['lookup']> {
    this.asked++;
    return this.isMute ? Promise.reject(new Error('no answer')) : super.lookup(...args);
  }
}

describe('strict reads', () => {
  it('ask the store who owns the actor before they reply; other reads do not', async () => {
    const store = new AskedStore();
    const silo = memorySilo([StrictReader], { store });
    const actor = silo.actor(StrictReader, 'a');
    await actor.set(1);
    expect([await actor.quickly(), store.asked]).to.deep.equal([1, 0]);
    expect([await actor.surely(), store.asked]).to.deep.equal([1, 1]);
    expect([await actor.getComponent(StrictPart).surely(), store.asked]).to.deep.equal([0, 2]);
    await silo.runtime.stop();
  });

  for (const part of ['actor', 'component'] as const) {
    it(`are never stale where a plain read of the ${part} would be: a silo that lost it reads anew`, async () => {
      const store = new MemoryStateStore();
      const zombie = memorySilo([StrictReader], { store });
      const owner = memorySilo([StrictReader], { store });
      const of = (silo: typeof owner) => {
        const actor = silo.actor(StrictReader, 'a');
        return part === 'actor' ? actor : actor.getComponent(StrictPart);
      };
      await of(zombie).set(1);
      await of(owner).set(2);
      if (part === 'actor') expect(await zombie.actor(StrictReader, 'a').quickly()).to.equal(1);
      expect(await of(zombie).surely()).to.equal(2);
      await zombie.runtime.stop();
      owner.runtime.abandon('over');
    });
  }

  it('see what their own chain has changed and not saved yet', async () => {
    const silo = memorySilo([StrictReader]);
    expect(await silo.actor(StrictReader, 'a').setThenRead(3)).to.equal(3);
    await silo.runtime.stop();
  });

  it('inside a unit whose owner changed, fail it', async () => {
    const store = new MemoryStateStore();
    const zombie = memorySilo([StrictReader], { store });
    await zombie.actor(StrictReader, 'a').set(1);
    const owner = memorySilo([StrictReader], { store });
    await owner.actor(StrictReader, 'a').set(2);
    expect(await failure(zombie.actor(StrictReader, 'a').setThenRead(3))).to.be.instanceOf(StaleEpochError);
    expect(await owner.actor(StrictReader, 'a').quickly()).to.equal(2);
    zombie.runtime.abandon('over');
    owner.runtime.abandon('over');
  });

  it('fail when the store does not say', async () => {
    const store = new AskedStore();
    const silo = memorySilo([StrictReader], { store });
    const actor = silo.actor(StrictReader, 'a');
    await actor.set(1);
    store.isMute = true;
    const error = await failure(actor.surely());
    expect(error).to.be.instanceOf(StaleEpochError);
    expect(error.message).to.equal('strict-reader/a.surely: the store did not say who owns the actor');
    store.isMute = false;
    expect(await actor.surely()).to.equal(1);
    await silo.runtime.stop();
  });
});
