// The other module of the example: Player imports it for its type only.
import { Actor, type ActorContext, type Handle } from '../../sdk/index.js';
import type { Player } from './api-example.js';

@Actor({ name: 'arena' })
export class Arena {
  constructor(private readonly ctx: ActorContext<Arena>) {}
  async leave(player: Handle<Player>): Promise<void> {
    await player.with({ timeout: '1s' }).strike(this.ctx.key);
  }
}
