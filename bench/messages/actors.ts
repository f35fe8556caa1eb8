import { Actor, ActorEvent, Delivery, On, ReadOnly, State, type ActorContext } from '../../sdk/index.js';

/** What this process's listeners have handled: every turn that counts adds one, before its commit. */
export const arrivals = { count: 0, onArrival: (): void => undefined };

function arrived(): void {
  arrivals.count += 1;
  arrivals.onArrival();
}

/** A message that its listener refuses, every time. */
export class Poisoned extends Error {
  override readonly name = 'Poisoned';
}

@ActorEvent('bench-called')
export class Called {
  constructor(readonly at: number) {}
}

/** Tells numbered messages to listeners in turn. */
@Actor({ name: 'bench-source' })
export class Source {
  @State() sent = 0;
  constructor(private readonly ctx: ActorContext<Source>) {}
  /** One turn: `count` messages to the listeners from `first` on; each `poisonEvery`th of all is poison. */
  async burst(count: number, first: number, listeners: number, poisonEvery: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const number = ++this.sent;
      const isPoison = poisonEvery > 0 && number % poisonEvery === 0;
      await this.ctx.actor(Sink, `s${(first + i) % listeners}`).tell.take(number, isPoison);
    }
  }
}

/** Counts what comes: each message is one committed change. */
@Actor({ name: 'bench-sink' })
export class Sink {
  @State() taken = 0;
  @Delivery({ attempts: 3, backoff: '50ms' }) take(_number: number, isPoison: boolean): void {
    if (isPoison) throw new Poisoned('poison');
    this.taken++;
    arrived();
  }
  /** Waits behind whatever commits. */
  total(): number {
    return this.taken;
  }
}

/** One broadcast at a time. */
@Actor({ name: 'bench-crier' })
export class Crier {
  @State() cried = 0;
  constructor(private readonly ctx: ActorContext<Crier>) {}
  /** The id of the broadcast. */
  async cry(): Promise<string> {
    this.cried++;
    return (await this.ctx.emit(new Called(this.cried), { receipts: true })).id;
  }
  @ReadOnly() count(): number {
    return this.cried;
  }
}

/** Hears the crier. */
@Actor({ name: 'bench-hearer' })
export class Hearer {
  @State() heard = 0;
  constructor(private readonly ctx: ActorContext<Hearer>) {}
  async listen(): Promise<void> {
    await this.ctx.bind(this.ctx.actor(Crier, 'crier'), Called);
  }
  @On(Called) protected onCalled(): void {
    this.heard++;
    arrived();
  }
  total(): number {
    return this.heard;
  }
}
