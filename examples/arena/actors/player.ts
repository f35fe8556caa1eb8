import { Actor, Public, ReadOnly, type OnConnect, type OnDisconnect } from 'troupe';
import { Movement } from '../components/movement.js';
import { Fighter } from './fighter.js';

/** A person's fighter. It is the session actor of its clients: it wakes when they connect, and hears when they are gone. */
@Actor({ name: 'player', components: Fighter.parts })
export class Player extends Fighter implements OnConnect, OnDisconnect {
  async onConnect(): Promise<void> {
    await this.enter();
  }

  async onDisconnect(): Promise<void> {
    if (this.ctx.clients.length > 0) return; // Another tab of the same player is still there.
    const at = await this.arena.leave(this.name);
    if (at) await this.part(Movement).stop(at);
  }

  /** Not without a client: a player who left stays out until they come back. */
  override async enter(): Promise<void> {
    if (this.ctx.clients.length > 0) await super.enter();
  }

  /** For measuring the way here and back. */
  @Public()
  @ReadOnly()
  ping(): void {}
}
