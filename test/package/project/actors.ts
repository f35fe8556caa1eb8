import {
  Actor, Component, Every, InvalidArgumentError, On, Public, ReadOnly, State,
  type ActorContext, type ActorOptions, type ComponentContext, type ConnectedClient, type Duration, type EventOrigin, type Handle, type Identity,
  type OnActivate, type OnConnect, type StandardSchema,
} from 'troupe';
import { Spot, Walked } from './shared.js';

/** A schema without a library: the interface alone. */
const spot: StandardSchema<unknown, Spot> = {
  '~standard': {
    version: 1, vendor: 'consumer',
    validate: (value) => (value instanceof Spot ? { value } : { issues: [{ message: 'expected a Spot' }] }),
  },
};
const idle: Duration = '15m';
const options: ActorOptions = { name: 'walker', components: [() => Steps], idleAfter: idle };

@Component()
export class Steps {
  @State() taken = 0;

  constructor(private readonly ctx: ComponentContext<Steps, Walker>) {}

  async take(distance: number): Promise<string> {
    if (distance < 0) throw new InvalidArgumentError('a step is not negative', { path: 'args[0]' });
    this.taken += 1;
    return this.ctx.owner.toString();
  }

  @Public() @ReadOnly() count(): number {
    return this.taken;
  }
}

@Actor(options)
export class Walker implements OnActivate, OnConnect {
  @State() at = new Spot();
  @State() heard = 0;
  private greeted: Identity | undefined;

  constructor(private readonly ctx: ActorContext<Walker>) {}

  async onActivate(): Promise<void> {
    this.ctx.log.debug({ key: this.ctx.key }, 'awake');
  }

  async onConnect(client: ConnectedClient): Promise<void> {
    this.greeted = client.identity;
  }

  @Public({ args: [spot] }) async walk(to: Spot): Promise<number> {
    await this.steps().take(to.distance());
    this.at = to;
    await this.ctx.emit(new Walked(to));
    return to.distance();
  }

  @Public() @ReadOnly() where(): Spot {
    return this.at;
  }

  @Public() listenersHeard(): { readonly heard: number; readonly greeted: string | undefined } {
    return { heard: this.heard, greeted: this.greeted?.id };
  }

  @On(Walked, { from: 'self' }) protected async onWalked(event: Walked, origin: EventOrigin): Promise<void> {
    if (event.to instanceof Spot && origin.key === this.ctx.key) this.heard += 1;
  }

  @Every('1h') protected async rest(): Promise<void> {}

  private steps(): Handle<Steps> {
    return this.ctx.self.getComponent(Steps);
  }
}
