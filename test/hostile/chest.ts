// What hostile keys are tried on: an actor, its component, and a session type, which say what their key is and what was put into them.
import { Actor, Component, Public, ReadOnly, State, type ActorContext } from '../../sdk/index.js';

@Component({ name: 'Pocket', isolation: 'inline' })
export class Pocket {
  @State() held = '';
  @Public({ for: 'any' }) put(what: string): void {
    this.held = what;
  }
  @Public({ for: 'any' }) @ReadOnly() look(): string {
    return this.held;
  }
}

@Actor({ name: 'hostile', components: [Pocket] })
export class Chest {
  @State() held = '';
  @State() count = 0;
  constructor(private readonly ctx: ActorContext<Chest>) {}
  @Public({ for: 'any' }) put(what: string): string {
    this.held = what;
    return this.ctx.key;
  }
  @Public({ for: 'any' }) @ReadOnly() look(): readonly [key: string, held: string] {
    return [this.ctx.key, this.held];
  }
  /** For the owner of the session alone. */
  @Public() mine(): string {
    return this.held;
  }
  @Public({ for: 'any' }) next(): number {
    return ++this.count;
  }
  async lookInto(key: string): Promise<readonly [key: string, held: string]> {
    return this.ctx.actor(Chest, key).look();
  }
  reach(key: unknown): string {
    return String(this.ctx.actor(Chest, key as string));
  }
}
