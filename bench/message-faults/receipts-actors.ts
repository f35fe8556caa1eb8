// Who cries, and five who hear, slowly enough that a silo can die meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { Actor, ActorEvent, On, Public, ReadOnly, State, type ActorContext } from '../../sdk/index.js';

const HEARING_MS = 50;

@ActorEvent('mf-cried')
export class Cried {
  constructor(readonly n: number) {}
}

@Actor({ name: 'mf-crier', idleAfter: 'never' })
export class Crier {
  @State() cried = 0;
  constructor(private readonly ctx: ActorContext<Crier>) {}

  /** The id of the broadcast. */
  async cry(n: number): Promise<string> {
    this.cried = n;
    return (await this.ctx.emit(new Cried(n), { receipts: true })).id;
  }
}

@Actor({ name: 'mf-hearer', idleAfter: 'never' })
export class Hearer {
  @State() heard: number[] = [];
  constructor(private readonly ctx: ActorContext<Hearer>) {}

  async listen(): Promise<void> {
    await this.ctx.bind(this.ctx.actor(Crier, '0'), Cried);
  }

  @On(Cried) protected async onCried({ n }: Cried): Promise<void> {
    await delay(HEARING_MS);
    this.heard.push(n);
  }

  @Public() @ReadOnly({ strict: true })
  all(): readonly number[] {
    return this.heard;
  }
}
