// Actors of the tests of tail calls: a path of steps, each of which adds its number to its actor's committed state and hands over to the next one.
import { Actor, ActorEvent, Component, Delivery, Every, On, OnReminder, ReadOnly, Service, State, type ActorContext, type ComponentContext, type Handle, type ServiceContext } from '../../sdk/index.js';

/** What a test looks at and changes, beside committed state: each run of a step, also of those that crash. */
export const world = {
  runs: [] as string[],
  /** Called in the middle of each step, by its run (`a1`). */
  during: (_run: string): unknown => undefined,
  deadlines: [] as number[],
  from: [] as (string | undefined)[],
  everyRuns: 0,
  reset(): void {
    Object.assign(this, { runs: [], during: () => undefined, deadlines: [], from: [], everyRuns: 0 });
  },
};

@ActorEvent('tail-begun')
export class Begun {
  constructor(readonly path: string) {}
}

@Service({ name: 'tail-service' })
export class Desk {
  constructor(readonly ctx: ServiceContext<Desk>) {}
  take(): number {
    return 1;
  }
}

@Component({ name: 'tail-part', isolation: 'inline' })
export class Part {
  @State() steps: number[] = [];
  constructor(private readonly ctx: ComponentContext<Part>) {}
  async walk(path: string, n = 1): Promise<string> {
    world.runs.push(`part${n}`);
    await world.during(`part${n}`);
    this.steps.push(n);
    return path === '' ? `part after ${n}` : this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1), n + 1);
  }
  @ReadOnly() all(): number[] {
    return this.steps;
  }
}

@Actor({ name: 'tail-step', components: [Part] })
export class Step {
  @State() steps: number[] = [];
  private kept: unknown;
  constructor(private readonly ctx: ActorContext<Step>) {}

  /** One step; `path` names the actors of those that follow, `path[0]` the next. */
  @Delivery({ attempts: 3, backoff: '1s' }) async walk(path: string, n = 1): Promise<string> {
    const run = `${this.ctx.key}${n}`;
    world.runs.push(run);
    world.deadlines.push(this.ctx.call.deadline);
    world.from.push(this.ctx.call.from && `${this.ctx.call.from.type}/${this.ctx.call.from.key}`);
    this.steps.push(n);
    await world.during(run);
    if (path === '') return `${this.ctx.key} after ${n}`;
    if (path[0] === '#') return this.ctx.tailCall(this.ctx.actor(Step, path[1]!).getComponent(Part)).walk(path.slice(2), n + 1);
    return this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1), n + 1);
  }
  async throwAfterwards(path: string): Promise<string> {
    this.steps.push(1);
    this.kept = this.ctx.tailCall(this.ctx.actor(Step, path)).walk('', 2);
    throw new RangeError('after all');
  }
  async forget(): Promise<string> {
    this.steps.push(1);
    void this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('', 2);
    return Promise.resolve('forgotten');
  }
  async twice(): Promise<string> {
    void this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('', 2);
    return this.ctx.tailCall(this.ctx.actor(Step, 'c')).walk('', 2);
  }
  async keep(): Promise<string> {
    this.kept = this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('', 2);
    return this.kept as Promise<string>;
  }
  giveKept(): Promise<string> {
    return this.kept as Promise<string>;
  }
  async nested(): Promise<string> {
    return this.ctx.get(Part)!.walk('b');
  }
  @ReadOnly() async reading(): Promise<string> {
    return this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('', 2);
  }
  async toService(): Promise<number> {
    return this.ctx.tailCall(this.ctx.service(Desk)).take();
  }
  async handOver(options: unknown, key: string, handleOptions: object = {}): Promise<string> {
    return this.ctx.tailCall(this.ctx.actor(Step, key).with(handleOptions), options as object).walk('', 2);
  }
  async toNothing(): Promise<string> {
    return this.ctx.tailCall<Handle<Step>>({ id: { type: 'tail-step', key: 'b' } } as never).walk('', 2);
  }
  async handsObject(): Promise<string> {
    const path = ['b'];
    const call = this.ctx.tailCall(this.ctx.actor(Step, 'b')).listed(path);
    path.push('later');
    return call;
  }
  listed(path: readonly string[]): string {
    return path.join();
  }
  returnsFunction(): unknown {
    return () => 1;
  }
  async toFunction(): Promise<unknown> {
    this.steps.push(1);
    return this.ctx.tailCall(this.ctx.actor(Step, 'b')).returnsFunction();
  }
  toUnknown(): Promise<unknown> {
    return (this.ctx.tailCall(this.ctx.actor(Step, 'b')) as never as { nothing(): Promise<unknown> }).nothing();
  }
  @On(Begun) protected async onBegun({ path }: Begun): Promise<unknown> {
    this.steps.push(0);
    return this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1));
  }
  async remindMe(path: string): Promise<void> {
    await this.ctx.remind('walk', { in: '1s' }, path);
  }
  @OnReminder('walk') protected onWalk(path: string): Promise<unknown> {
    this.steps.push(0);
    return this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1));
  }
  startTimer(path: string): void {
    this.ctx.timer(() => this.ctx.tailCall(this.ctx.actor(Step, path[0]!)).walk(path.slice(1)), { due: '1s' });
  }
  async callWith(key: string, seconds: number): Promise<string> {
    return this.ctx.actor(Step, key).with({ timeout: seconds * 1000 }).walk('b');
  }
  @ReadOnly() all(): number[] {
    return this.steps;
  }
}

/** Refused in hooks. */
@Actor({ name: 'tail-hooked' })
export class Hooked {
  constructor(private readonly ctx: ActorContext<Hooked>) {}
  protected onActivate(): unknown {
    return this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('');
  }
  touch(): void {}
}

/** Ticks hand over, too. */
@Actor({ name: 'tail-ticking' })
export class Ticking {
  constructor(private readonly ctx: ActorContext<Ticking>) {}
  touch(): void {}
  @Every('1s') protected tick(): unknown {
    if (++world.everyRuns > 1) return undefined;
    return this.ctx.tailCall(this.ctx.actor(Step, 'b')).walk('c');
  }
}
