import { Actor, ActorEvent, On, ReadOnly, State, type ActorContext } from 'troupe';

@ActorEvent('flood-warning')
export class FloodWarning {
  constructor(readonly meters: number) {}
}

/** Warns whoever has asked for it: it knows nobody, and nobody has to be awake. */
@Actor({ name: 'siren' })
export class Siren {
  @State() level = 0;
  constructor(private readonly ctx: ActorContext<Siren>) {}

  /** When this has returned the level is saved and the warning surely reaches all who are bound. The id opens its receipts, from anywhere, for a day. */
  async warn(meters: number): Promise<string> {
    this.level = meters;
    return (await this.ctx.emit(new FloodWarning(meters), { receipts: true })).id;
  }

  /** The same for who wants to know the end of it: this turn waits until every house has done what it can. */
  async warnAndWait(meters: number): Promise<string[]> {
    this.level = meters;
    const broadcast = await this.ctx.emit(new FloodWarning(meters), { receipts: true });
    return (await broadcast.processed).failed.map(({ listener, error }) => `${listener}: ${error.message}`);
  }
}

@Actor({ name: 'house' })
export class House {
  @State() warnings: number[] = [];
  @State() isPumpBroken = false;
  constructor(private readonly ctx: ActorContext<House>) {}

  /** Kept with the siren, for good; binding again changes nothing. */
  async listenTo(siren: string): Promise<void> {
    await this.ctx.bind(this.ctx.actor(Siren, siren), FloodWarning);
  }

  setPump(isBroken: boolean): void {
    this.isPumpBroken = isBroken;
  }

  /** Each warning is heard once, whatever dies meanwhile. One that fails three times is a dead letter, and the next one need not wait for it. */
  @On(FloodWarning, { attempts: 3, backoff: '100ms', order: 'relaxed' })
  protected onWarning({ meters }: FloodWarning): void {
    if (this.isPumpBroken) throw new Error('the pump is broken');
    this.warnings.push(meters);
  }

  @ReadOnly()
  needsRepair(): boolean {
    return this.isPumpBroken;
  }

  @ReadOnly()
  heard(): readonly number[] {
    return this.warnings;
  }
}
