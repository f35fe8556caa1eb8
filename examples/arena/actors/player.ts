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
  protected override isPresent(): boolean {
    return this.ctx.clients.length > 0;
  }

  /** The components that it has now, by name. */
  @Public({ for: 'self' })
  @ReadOnly()
  async parts(): Promise<readonly (string | undefined)[]> {
    return (await this.ctx.self.manage.components()).map(({ id }) => id.component);
  }

  /** Who burns, in all of the cluster. */
  @Public()
  @ReadOnly()
  async burning(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const fighter of this.ctx.findActors({ tag: 'burning' })) found.push(String(fighter));
    return found;
  }

  /** For measuring the way here and back. */
  @Public()
  @ReadOnly()
  ping(): void {}
}
