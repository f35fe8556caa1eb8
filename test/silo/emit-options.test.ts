import { expect } from 'chai';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { Actor, ActorEvent, type ActorContext } from '../../sdk/index.js';
import { failure, memorySilo } from '../support/memory-silo.js';

@ActorEvent('emit-rang')
class Rang {}

@Actor({ name: 'emit-bell' })
class Bell {
  constructor(private readonly ctx: ActorContext<Bell>) {}
  async ring(options: unknown): Promise<void> {
    await this.ctx.emit(new Rang(), options as { live: true });
  }
  async ringWith(event: unknown): Promise<void> {
    await this.ctx.emit(event as Rang);
  }
}

describe('ctx.emit', () => {
  it('refuses options that are no object, and a `live` that is neither true nor false', async () => {
    const { actor, runtime } = memorySilo([Bell]);
    const bell = actor(Bell, 'b');
    for (const options of [null, 1, 'live', [], { live: 1 }, { live: 'true' }, { live: null }, { live: {} }, { alive: true }, { key: 'k' }, { live: true, key: 1 }]) {
      expect(await failure(bell.ring(options)), JSON.stringify(options)).to.be.instanceOf(ConfigurationError);
    }
    for (const options of [undefined, {}, { live: true }, { live: false }, { live: undefined }, { live: true, key: 'k' }]) await bell.ring(options);
    await runtime.stop();
  });

  it('refuses what is no event', async () => {
    const { actor, runtime } = memorySilo([Bell]);
    for (const event of [null, undefined, 1, 'rang', {}]) expect(await failure(actor(Bell, 'b').ringWith(event)), JSON.stringify(event)).to.be.instanceOf(ConfigurationError);
    await runtime.stop();
  });
});
