// The actors of the mixed load. All fall asleep after a second; all keys come from small sets, so that what they save does not grow by itself.
import { Actor, ActorEvent, Component, Every, On, Public, ReadOnly, State, type ActorContext, type ConnectedClient } from '../../sdk/index.js';

@Public() @ActorEvent('mixed-flash')
export class Flash {
  constructor(readonly serial: number) {}
}

@ActorEvent('mixed-booked')
export class Booked {
  constructor(readonly amount: number) {}
}

/** Lives for one call and leaves nothing. */
@Actor({ name: 'mixed-errand', idleAfter: '1s' })
export class Errand {
  run(amount: number): number {
    return 2 * amount;
  }
}

@Component({ name: 'notes', isolation: 'inline' })
export class Notes {
  @State() lines: string[] = [];
  add(line: string): number {
    this.lines = [...this.lines.slice(-3), line];
    return this.lines.length;
  }
}

/** Saves with each turn, lazily, in a component, and by events to itself. */
@Actor({ name: 'mixed-ledger', idleAfter: '1s', components: [Notes] })
export class Ledger {
  @State() balance = 0;
  @State() booked = 0;
  @State({ save: 'lazy' }) looks = 0;

  constructor(private readonly ctx: ActorContext<Ledger>) {}

  deposit(amount: number): number {
    this.balance += amount;
    return this.balance;
  }
  async note(line: string): Promise<number> {
    this.balance++;
    return this.ctx.get(Notes)!.add(line);
  }
  glance(): number {
    return ++this.looks;
  }
  @ReadOnly() look(): number {
    return this.balance;
  }
  async book(amount: number): Promise<void> {
    await this.ctx.emit(new Booked(amount));
  }
  @On(Booked, { from: 'self' }) protected onBooked({ amount }: Booked): void {
    this.booked += amount;
  }
  spoil(): void {
    this.balance = -1;
    throw new RangeError('the ledger is spoiled');
  }
  /** Ends when its caller waits no more. */
  async linger(): Promise<void> {
    const { signal } = this.ctx.call;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

/** Ticks while it is awake. */
@Actor({ name: 'mixed-metronome', idleAfter: '1s' })
export class Metronome {
  private ticks = 0;
  constructor(private readonly ctx: ActorContext<Metronome>) {}
  @Every('50ms') protected tick(): void {
    this.ticks++;
  }
  /** Sets a timer of its own beside the other, and ends it with its third ring. */
  wind(): void {
    let rings = 0;
    const timer = this.ctx.timer(() => ++rings === 3 && timer.cancel(), { due: '5ms', every: '10ms' });
  }
  ticked(): number {
    return this.ticks;
  }
}

/** Sends live events. */
@Actor({ name: 'mixed-beacon', idleAfter: '1s' })
export class Beacon {
  private serial = 0;
  constructor(private readonly ctx: ActorContext<Beacon>) {}
  @Public() async flash(): Promise<number> {
    await this.ctx.emit(new Flash(++this.serial), { live: true });
    return this.serial;
  }
}

/** Clients belong to it. */
@Actor({ name: 'mixed-guest', idleAfter: '1s' })
export class Guest {
  @State() visits = 0;
  private present = 0;
  constructor(private readonly ctx: ActorContext<Guest>) {}
  onConnect(_client: ConnectedClient): void {
    this.present++;
  }
  onDisconnect(): void {
    this.present--;
  }
  @Public() visit(): number {
    for (const client of this.ctx.clients) client.send(new Flash(this.visits));
    return ++this.visits;
  }
  @Public() @ReadOnly() count(): number {
    return this.present;
  }
}

export const MIXED_ACTORS = [Errand, Ledger, Metronome, Beacon, Guest];
