// What the silo under attack hosts.
import { Actor, ActorEvent, Every, Public, ReadOnly, Serializable, State, type ActorContext } from '../../sdk/index.js';

@Serializable('port-point')
export class Point {
  x = 0;
  y = 0;
}

@Public()
@ActorEvent('port-noise')
export class Noise {
  constructor(readonly text: string) {}
}

/** Every client's own actor. */
@Actor({ name: 'visitor', idleAfter: '2s' })
export class Visitor {
  @State() visits = 0;
  @Public() visit(): number {
    return ++this.visits;
  }
  @Public({ for: 'any' }) @ReadOnly() look(): number {
    return this.visits;
  }
}

/** What well-behaved clients call: each call is a commit in Redis. */
@Actor({ name: 'account' })
export class Account {
  @State() balance = 0;
  @Public() add(amount: number): number {
    return (this.balance += amount);
  }
}

/** What attackers call. */
@Actor({ name: 'echo' })
export class Echo {
  @Public() echo(_value: unknown): string {
    return 'heard';
  }
  @Public() swell(kilobytes: number): string {
    return 'x'.repeat(1024 * Math.min(kilobytes, 60));
  }
}

/** Emits without end while somebody listens. */
@Actor({ name: 'fountain', idleAfter: '1s' })
export class Fountain {
  private turn = 0;
  constructor(private readonly ctx: ActorContext<Fountain>) {}
  @Every('10ms') protected async gush(): Promise<void> {
    for (let i = 0; i < 20; i++) await this.ctx.emit(new Noise('n'.repeat(4096)), { live: true, key: `k${this.turn++ % 50}` });
  }
}
