// A compile test: what the types promise to authors. Nothing here runs; `tsc` is the assertion.
import {
  Actor, Component, type ActorContext, type Broadcast, type CallOptions, type ComponentContext, type Handle, type HandleFor, type
  ManageHandle, type OnDehydrate, type OnDeactivate, type OnDisconnect, type OnRehydrate, type DeactivationReason, type ConnectedClient,
  type ServiceContext,
} from '../../sdk/index.js';
import type { Arena } from './api-arena.js';
import { Died, Health, Player, type Vec2 } from './api-example.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
declare function holds<_Fact extends true>(): void;

class Everything implements OnDeactivate, OnDisconnect, OnDehydrate, OnRehydrate {
  count = 1;
  constructor(readonly ctx: ComponentContext<Everything, Player>) {}
  sync(a: number, b?: string): number { return a + (b?.length ?? 0); }
  async later(list: readonly string[]): Promise<string> { return list.join(''); }
  loose(): ReturnType<typeof JSON.parse> { return 1; }
  fails(): never { throw new Error(); }
  maybe(): number | Promise<number> { return 1; }
  *generate(): Generator<number> { yield 1; }
  *iterate(): IterableIterator<number> { yield 1; }
  async *stream(): AsyncGenerator<number> { yield 1; }
  async *feed(): AsyncIterable<number> { yield 1; }
  onDeactivate(_reason: DeactivationReason): void {}
  onDisconnect(_client: ConnectedClient, reason: 'left' | 'lost' | 'kicked'): void { void reason; }
  onDehydrate(): unknown { return 1; }
  onRehydrate(_carried: number): void {}
  toJSON(): string { return ''; }
  toString(): string { return ''; }
  protected hidden(): void { this.secret(); }
  private secret(): void {}
}

/** What a handle of `T` has and one of a bare object has not; generators stay as members of type `never`. */
type Own<T> = { [K in Exclude<keyof Handle<T>, keyof Handle<object>>]: [Handle<T>[K]] extends [never] ? never : K }[Exclude<keyof Handle<T>, keyof Handle<object>>];

@Component() class Circular {
  count: ReturnType<typeof JSON.parse> = 1;
  constructor(private readonly ctx: ComponentContext<Circular, Looped>) {}
  async other() { return (await this.ctx.owner.twice(1)) + 1; }
}

/** Results are inferred, though the methods call their own actor and a component that calls it back. */
@Actor({ components: [Circular] }) class Looped {
  constructor(private readonly ctx: ActorContext<Looped>) {}
  async twice(n: number): Promise<number> { return n * 2; }
  async four(n: number) { return this.ctx.self.twice(await this.ctx.self.twice(n)); }
  async eight(n: number) { return this.ctx.actor(Looped, 'x').four(n * 2); }
  async through() { return this.ctx.get(Circular)!.other(); }
  same(text: string): string;
  same(n: number): number;
  same(value: unknown): unknown { return value; }
}

export function inferred(h: Handle<Looped>, c: Handle<Circular>): void {
  const results: [Promise<number>, Promise<number>, Promise<number>] = [h.eight(1), h.through(), h.same(1)];
  void results;
  // @ts-expect-error fields of any type are no methods
  void c.count;
}

export function handles(h: Handle<Everything>, m: ManageHandle): void {
  holds<Equal<Own<Everything>, 'sync' | 'later' | 'loose' | 'fails' | 'maybe'>>();
  holds<Equal<Own<Player>, 'move' | 'strike'>>();
  holds<Equal<typeof h.sync, (a: number, b?: string) => Promise<number>>>();
  holds<Equal<typeof h.later, (list: readonly string[]) => Promise<string>>>();
  holds<Equal<typeof h.maybe, () => Promise<number>>>();
  holds<Equal<typeof h.tell.sync, (a: number, b?: string) => Promise<void>>>();
  holds<Equal<typeof h.oneWay.later, (list: readonly string[]) => void>>();
  holds<Equal<HandleFor<typeof Player>, Handle<Player>>>();
  holds<Equal<HandleFor<typeof Everything>, Handle<Everything>>>();
  const options: CallOptions = { timeout: '2s', within: 50, scope: 'zone', idempotencyKey: 'k', durable: true, version: '^1', signal: AbortSignal.abort() };
  const withOptions: Handle<Everything> = h.with(options);
  const health: Handle<Health> = h.getComponent(Health);
  const named: Handle<Health> = h.getComponent<Health>('Health');
  const tagged: Handle<Health> = h.findComponent(Health, 'vital');
  const namedAndTagged: Handle<Health> = h.findComponent<Health>('Health', 'vital');
  const ofAnyClass: Handle<object> = h.findComponent('Health', 'vital');
  const added: Promise<Handle<Health>> = m.addComponent(Health, { tags: ['x'] });
  const same: boolean = h.equals(health);
  const bound: Promise<void> = h.bind(Died, health);
  void [withOptions, health, named, tagged, namedAndTagged, ofAnyClass, added, same, bound, h.send(new Died('x'))];
  // @ts-expect-error the class has no such method
  void h.nothing;
  // @ts-expect-error fields are not reachable
  void h.count;
  // @ts-expect-error hooks are not callable
  void h.onDisconnect;
  // @ts-expect-error nor are generators
  void h.stream();
  // @ts-expect-error nor is what is protected
  void h.hidden;
  // @ts-expect-error a tag is no option
  void h.findComponent<Health>('Health');
  // @ts-expect-error a handle is no promise
  void h.then;
  // @ts-expect-error unknown options
  void h.with({ timeLimit: 1 });
}

export async function contexts(actor: ActorContext<Player>, component: ComponentContext<Health, Player>, service: ServiceContext<Player>): Promise<void> {
  const player: Handle<Player> = actor.actor(Player, 'p1');
  const arena: Handle<Arena> = actor.actor<Arena>('arena', 'main');
  const bare: Handle<Everything> = service.actor(Everything, 'x');
  const self: Handle<Player> = actor.self;
  const owner: Handle<Player> = component.owner;
  const health: Handle<Health> | undefined = actor.get(Health);
  const all: readonly Handle<Health>[] = actor.findAll(Health, 'vital');
  const stored: void = await actor.emit(new Died('x'));
  const live: void = await actor.emit(new Died('x'), { live: true, key: 'k' });
  const receipts: Broadcast = await actor.emit(new Died('x'), { receipts: true });
  const moved: Promise<void> = actor.tailCall(player, { keepTurn: true }).move(undefined as unknown as Vec2);
  const struck: Promise<number> = actor.tailCall(actor.self).strike('p2');
  const handsOver = async (): Promise<number> => actor.tailCall(player).strike('p2');
  // @ts-expect-error the method that hands over must promise what the last one returns
  const promisesOther = async (): Promise<string> => actor.tailCall(player).strike('p2');
  for await (const found of actor.findActors<Player>({ tag: 'x', type: Player })) void found.strike('p2');
  await actor.remind('rent', { cron: '0 0 * * *', timezone: 'UTC' });
  actor.timer(() => undefined, { due: '1s', every: 100 }).cancel();
  const id: string | undefined = actor.call.identity?.id;
  void [arena, bare, self, owner, health, all, stored, live, receipts, moved, struck, handsOver, promisesOther, id];
  // @ts-expect-error the framework constructs with one argument
  void actor.actor(class { constructor(readonly a: ActorContext<Player>, readonly b: string) {} }, 'x');
  // @ts-expect-error a live event has no receipts
  await actor.emit(new Died('x'), { live: true, receipts: true });
}
