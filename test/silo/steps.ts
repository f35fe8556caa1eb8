// Actors whose turns begin and wait at gates that the test opens: who ran beside whom is in the log.
import { Actor, Component, Interleave, ReadOnly, State, type ActorContext, type ComponentContext } from '../../sdk/index.js';
import { gate } from '../support/memory-silo.js';

/** What the turns said, in order. */
export const log: string[] = [];
const gates = new Map<string, ReturnType<typeof gate>>();

/** Before each test. */
export function forgetSteps(): void {
  log.length = 0;
  gates.clear();
}

/** The gate of this name, made on first use: `entered:x` opens when x has begun, `x` lets it go on. */
export function at(name: string): ReturnType<typeof gate> {
  let found = gates.get(name);
  if (!found) gates.set(name, (found = gate()));
  return found;
}

async function step(name: string): Promise<void> {
  log.push(`${name} begins`);
  at(`entered:${name}`).open();
  await at(name).opened;
  log.push(`${name} ends`);
}

/** What the actors below have in common. */
export class Steps {
  @State() done: string[] = [];
  constructor(protected readonly ctx: ActorContext<Steps>) {}
  async step(name: string): Promise<string> {
    await step(name);
    this.done.push(name);
    return name;
  }
  async changeThenFail(name: string): Promise<void> {
    this.done.push(name);
    await step(name);
    throw new RangeError(`${name} failed`);
  }
  async callSelf(name: string): Promise<string> {
    return (this.ctx.self as unknown as { step(name: string): Promise<string> }).step(name);
  }
  async viaOther(other: string): Promise<string> {
    return this.ctx.actor<Steps>(this.ctx.type, other).stepAt(this.ctx.key);
  }
  async stepAt(key: string): Promise<string> {
    return this.ctx.actor<Steps>(this.ctx.type, key).now();
  }
  async stepThenCall(name: string, type: string, key: string): Promise<string> {
    await step(name);
    return this.ctx.actor<Steps>(type, key).now();
  }
  @ReadOnly() async lookThenCall(name: string, type: string, key: string): Promise<string> {
    await step(name);
    return this.ctx.actor<Steps>(type, key).now();
  }
  async stepThenList(name: string, type: string, key: string): Promise<string[]> {
    await step(name);
    return this.ctx.actor<Steps>(type, key).list();
  }
  async twoAtOnce(other: string): Promise<string[]> {
    const handle = this.ctx.actor<Steps>(this.ctx.type, other);
    return Promise.all([handle.step('first'), handle.step('second')]);
  }
  now(): string {
    return 'now';
  }
  @ReadOnly() list(): string[] {
    return this.done;
  }
  @ReadOnly({ strict: true }) surely(): string[] {
    return this.done;
  }
}

@Actor({ name: 'reentrant-all', reentrancy: 'all' })
export class All extends Steps {}

@Actor({ name: 'reentrant-none', reentrancy: 'none' })
export class None extends Steps {}

@Actor({ name: 'reentrant-chain' })
export class Chain extends Steps {
  value = 0;
  @Interleave() async wake(name: string): Promise<void> {
    log.push(`woken by ${name}`);
    at(name).open();
  }
  @ReadOnly() @Interleave() async changed(): Promise<string> {
    at('entered:changed').open();
    await at('changed').opened;
    return 'changed';
  }
  @Interleave() async slowly(name: string): Promise<string> {
    return this.step(name);
  }
}

@Component({ name: 'Alone', isolation: 'inline', reentrancy: 'none' })
export class Alone {
  @State() steps: string[] = [];
  constructor(private readonly ctx: ComponentContext<Alone, Whole>) {}
  async add(name: string): Promise<number> {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    return this.steps.push(name);
  }
  async throughOwner(): Promise<number> {
    return this.ctx.owner.addOne('through the owner');
  }
}

@Actor({ name: 'reentrant-whole', components: [Alone] })
export class Whole {
  constructor(private readonly ctx: ActorContext<Whole>) {}
  async addBoth(): Promise<number[]> {
    const alone = this.ctx.self.getComponent(Alone);
    return [...(await Promise.all([alone.add('a'), alone.add('b')])), await alone.add('c')];
  }
  async addOne(name: string): Promise<number> {
    return this.ctx.self.getComponent(Alone).add(name);
  }
}
