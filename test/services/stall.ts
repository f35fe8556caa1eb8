// A service whose turns stay until a test lets them go, and what a test sees of them.
import { Actor, ReadOnly, Service, type ActorContext, type ServiceContext } from '../../sdk/index.js';

/** One turn that is inside. */
export interface Visitor {
  readonly who: string;
  /** Which instance, from 1: one per silo. */
  readonly instance: number;
  leave(): void;
  fail(error: Error): void;
}

class Scene {
  readonly inside: Visitor[] = [];
  /** The most at once. */
  most = 0;
  /** Turns by instance. */
  readonly turns = new Map<number, number>();
  readonly ended: number[] = [];
  instances = 0;
  private readonly waiters: { readonly count: number; resolve(): void }[] = [];

  visit(who: string, instance: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const out = (): void => void this.inside.splice(this.inside.indexOf(visitor), 1);
      const visitor: Visitor = {
        who, instance,
        leave: () => { out(); resolve(who); },
        fail: (error) => { out(); reject(error); },
      };
      this.inside.push(visitor);
      this.most = Math.max(this.most, this.inside.length);
      this.turns.set(instance, (this.turns.get(instance) ?? 0) + 1);
      for (const waiter of this.waiters.splice(0)) {
        if (this.inside.length >= waiter.count) waiter.resolve();
        else this.waiters.push(waiter);
      }
    });
  }

  /** Resolves when so many are inside. */
  has(count: number): Promise<void> {
    return this.inside.length >= count ? Promise.resolve() : new Promise((resolve) => this.waiters.push({ count, resolve }));
  }

  /** Resolves when this one is inside. */
  async sees(who: string): Promise<void> {
    while (!this.names().includes(who)) await this.has(this.inside.length + 1);
  }

  leaveAll(): void {
    for (const visitor of [...this.inside]) visitor.leave();
  }

  names(): readonly string[] {
    return this.inside.map(({ who }) => who).sort();
  }

  /** How many are inside, by instance: the fewest first. */
  spread(): readonly number[] {
    const counts = new Map<number, number>();
    for (const { instance } of this.inside) counts.set(instance, (counts.get(instance) ?? 0) + 1);
    return [...counts.values()].sort((a, b) => a - b);
  }
}

export let scene = new Scene();

export function newScene(): Scene {
  return (scene = new Scene());
}

/** Four turns at once per silo. */
@Service({ name: 'stall', concurrency: 4, isolation: 'inline' })
export class Stall {
  private readonly instance = ++scene.instances;
  constructor(private readonly ctx: ServiceContext<Stall>) {}
  onDeactivate(): void {
    scene.ended.push(this.instance);
  }
  stay(who: string): Promise<string> {
    return scene.visit(who, this.instance);
  }
  @ReadOnly() look(who: string): Promise<string> {
    return scene.visit(who, this.instance);
  }
  /** Stays until it is told to end; says why. */
  async obey(): Promise<string> {
    const { signal } = this.ctx.call;
    const told = new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(String(signal.reason)), { once: true }));
    void scene.visit('obedient', this.instance);
    return told;
  }
  which(): number {
    return this.instance;
  }
  /** Stays, then calls itself, so deep. */
  async nest(depth: number): Promise<number> {
    if (depth === 0) return 0;
    return 1 + await this.ctx.service(Stall).nest(depth - 1);
  }
  async nestFromActor(key: string): Promise<string> {
    return this.ctx.actor(Guest, key).enter('inner');
  }
  /** Calls the actor that called it. */
  async callBack(): Promise<string> {
    const { from } = this.ctx.call;
    return this.ctx.actor(Guest, from!.key).name();
  }
}

@Actor({ name: 'guest' })
export class Guest {
  constructor(private readonly ctx: ActorContext<Guest>) {}
  async enter(who: string): Promise<string> {
    return this.ctx.service(Stall).stay(who);
  }
  async enterByName(who: string): Promise<string> {
    return this.ctx.service<Stall>('stall').stay(who);
  }
  async meetAgain(): Promise<string> {
    return this.ctx.service(Stall).callBack();
  }
  async nested(): Promise<string> {
    return this.ctx.service(Stall).nestFromActor(`${this.ctx.key}-other`);
  }
  name(): string {
    return this.ctx.key;
  }
}
