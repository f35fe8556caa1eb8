// A service and an actor that call each other, held where a test wants them.
import { Actor, Service, type ActorContext, type ActorQuery, type Handle, type ServiceContext } from '../../sdk/index.js';
import { gate } from '../support/memory-silo.js';
import { newScene, scene } from './stall.js';

/** Since the last `newAct`. */
export const act = {
  /** Instances of the service that begin badly from now on, and how many began. */
  failsToBegin: 0,
  begun: 0,
  lane: gate(),
  inLane: gate(),
  last: gate(),
};

export function newAct(): void {
  newScene();
  Object.assign(act, { failsToBegin: 0, begun: 0, lane: gate(), inLane: gate(), last: gate() });
}

@Service({ name: 'odd', concurrency: 2, isolation: 'inline' })
export class Odd {
  constructor(private readonly ctx: ServiceContext<Odd>) {}
  async onActivate(): Promise<void> {
    act.begun++;
    await Promise.resolve();
    if (act.failsToBegin-- > 0) throw new Error('not now');
  }
  add(a: number, b: number): number {
    return a + b;
  }
  give(list: number[]): number[] {
    list.push(4);
    return list;
  }
  give2(): unknown {
    return { socket: new (class Socket {})() };
  }
  fail(): never {
    throw new (class OwnError extends Error {})('as asked');
  }
  async askFor(handle: Handle<Odd>): Promise<number> {
    return handle.add(20, 22);
  }
  about(): object {
    const { call, type } = this.ctx;
    return { type, from: call.from, method: call.method };
  }
  async find(query: ActorQuery): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { id } of this.ctx.findActors(query)) keys.push(id.key);
    return keys;
  }
  async emitNow(): Promise<void> {
    await this.ctx.emit(new Error('no event'));
  }
  /** Two at once: each sees its own turn, before and after it waited. */
  async whoAmI(): Promise<boolean> {
    const before = this.ctx.call;
    await scene.visit('x', 0);
    return before === this.ctx.call;
  }
  async through(key: string): Promise<string> {
    return this.ctx.actor(Lane, key).work();
  }
  async stayThenThrough(key: string): Promise<string> {
    await scene.visit(key, 0);
    return this.ctx.actor(Lane, key).work();
  }
  async deep(depth: number): Promise<number> {
    return depth === 0 ? 0 : 1 + await this.ctx.service(Odd).deep(depth - 1);
  }
}

@Actor({ name: 'lane' })
export class Lane {
  constructor(private readonly ctx: ActorContext<Lane>) {}
  work(): string {
    return this.ctx.key;
  }
  tag(tag: string): void {
    this.ctx.tags.add(tag);
  }
  /** Holds the actor, then needs the service. */
  async workThenAsk(): Promise<number> {
    act.inLane.open();
    await act.lane.opened;
    return this.ctx.service(Odd).add(1, 2);
  }
  async workUntil(): Promise<void> {
    await act.last.opened;
  }
  async fromHere(): Promise<object> {
    return this.ctx.service(Odd).about();
  }
}
