// The actors of the durable calls. What was called is their state: it is there once for each effect that was committed.
import { Actor, Delivery, ReadOnly, State, type ActorContext } from '../../sdk/index.js';

/** How many of the clerks' turns throw after their calls: they are run again then. */
const THROWN = 0.15;

/** Each entry, in the order in which they were committed. */
@Actor({ name: 'dc-account', idleAfter: 'never' })
export class Account {
  @State() entries: number[] = [];
  private quick = 0;

  /** Which place it got, from 1. */
  @Delivery({ attempts: 50, backoff: '100ms', order: 'relaxed' }) enter(n: number): number {
    return this.entries.push(n);
  }

  /** For the figure: the record of the call is all that is saved. */
  touch(): number {
    return ++this.quick;
  }

  @ReadOnly({ strict: true }) all(): readonly number[] {
    return this.entries;
  }
}

/** What a clerk was told, and where its two calls were entered. */
export type Served = readonly [n: number, first: number, second: number];

/** Enters what it is told into two accounts, by durable calls of its turn. */
@Actor({ name: 'dc-clerk', idleAfter: 'never' })
export class Clerk {
  @State() served: Served[] = [];
  constructor(private readonly ctx: ActorContext<Clerk>) {}

  @Delivery({ attempts: 100, backoff: '50ms', order: 'relaxed' }) async serve(n: number, accounts: readonly [string, string]): Promise<void> {
    const [first, second] = accounts.map((key) => this.ctx.actor(Account, key).with({ durable: true, timeout: '20s' }));
    const places = [await first!.enter(n), await second!.enter(-n)] as const;
    if (Math.random() < THROWN) throw new RangeError('after its calls');
    this.served.push([n, ...places]);
  }

  @ReadOnly({ strict: true }) all(): readonly Served[] {
    return this.served;
  }
}
