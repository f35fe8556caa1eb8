// What the silos of the fleet host: an actor whose every answer says where it comes from.
import { Actor, Public, ReadOnly, State, type ActorContext } from '../../sdk/index.js';

/** One answer: the value is also how many commits the actor has had. */
export interface Reply {
  readonly value: number;
  /** Of the activation that answered, and the silo that held it. */
  readonly epoch: number;
  readonly silo: string;
}

@Actor({ name: 'counter', idleAfter: 'never' })
export class Counter {
  @State() value = 0;
  private where: { readonly epoch: number; readonly silo: string } | undefined;

  constructor(private readonly ctx: ActorContext<Counter>) {}

  /** Called with an idempotency key, one for each write. */
  async add(): Promise<Reply> {
    this.where ??= await this.ctx.self.manage.activation();
    this.value += 1;
    return { value: this.value, epoch: this.where?.epoch ?? 0, silo: this.where?.silo ?? '' };
  }

  /** Never stale. */
  @Public() @ReadOnly({ strict: true })
  read(): number {
    return this.value;
  }
}
