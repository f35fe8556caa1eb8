// Actors whose every member notices that it was touched: called, read, or looked for.
import { Actor, ActorEvent, Component, Every, On, Public, ReadOnly, Serializable, State, type ActorContext, type OnConnect, type OnDisconnect } from '../../sdk/index.js';

/** What was touched since the test emptied it. */
export const touched: string[] = [];

function touch<T>(what: string, value: T): T {
  touched.push(what);
  return value;
}

/** Notices any access to an object. */
function watched<T extends object>(name: string, target: T): T {
  const watch = (verb: 'get' | 'set' | 'has' | 'ownKeys' | 'getOwnPropertyDescriptor' | 'getPrototypeOf' | 'apply' | 'construct' | 'deleteProperty' | 'defineProperty') =>
    (...args: unknown[]): unknown => touch(`${name} ${verb} ${String(args[1])}`, (Reflect[verb] as (...args: unknown[]) => unknown)(...args));
  return new Proxy(target, Object.fromEntries((['get', 'set', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'deleteProperty', 'defineProperty', ...(typeof target === 'function' ? ['apply', 'construct'] as const : [])] as const).map((verb) => [verb, watch(verb)])));
}

@Public()
@ActorEvent('vault-opened')
export class Opened {
  constructor() {
    touch('Opened', undefined);
  }
}

@ActorEvent('vault-robbed')
export class Robbed {
  constructor() {
    touch('Robbed', undefined);
  }
}

@Serializable('vault-coin')
export class Coin {
  constructor() {
    touch('Coin', undefined);
  }
  set value(value: unknown) {
    touch('Coin.value', value);
  }
}

class Base {
  inherited(): string {
    return touch('inherited', 'inherited');
  }
  @Public() reclosed(): string {
    return touch('reclosed', 'base');
  }
  static create(): string {
    return touch('create', 'created');
  }
}

@Component({ name: 'Locker', isolation: 'inline' })
export class Locker extends Base {
  constructor() {
    super();
    touch('Locker', undefined);
    return watched('locker', this);
  }
  @Public() @ReadOnly() level(): number {
    return touch('level', 3);
  }
  secret(): string {
    return touch('Locker.secret', 'secret');
  }
  get treasure(): string {
    return touch('Locker.treasure', 'treasure');
  }
  protected guarded(): string {
    return touch('Locker.guarded', 'guarded');
  }
  override reclosed(): string {
    return touch('Locker.reclosed', 'closed');
  }
  onActivate(): void {
    touch('Locker.onActivate', undefined);
  }
}

@Actor({ name: 'vault', components: [Locker] })
export class Vault extends Base {
  @State() gold = 5;
  constructor(readonly ctx: ActorContext<Vault>) {
    super();
    touch('Vault', undefined);
    return watched('vault', this);
  }
  @Public() open(): string {
    return touch('open', 'opened');
  }
  @Public({ for: 'self' }) mine(): string {
    return touch('mine', 'mine');
  }
  @Public({ for: ['owner'] }) owned(): string {
    return touch('owned', 'owned');
  }
  secret(): string {
    return touch('secret', 'secret');
  }
  override reclosed(): string {
    return touch('Vault.reclosed', 'closed');
  }
  get treasure(): string {
    return touch('treasure', this.hush());
  }
  set treasure(value: string) {
    touch('treasure=', value);
  }
  protected guarded(): string {
    return touch('guarded', 'guarded');
  }
  private hush(): string {
    return touch('hush', 'hush');
  }
  override toString(): string {
    return touch('toString', 'vault');
  }
  toJSON(): string {
    return touch('toJSON', 'vault');
  }
  *coins(): Generator<number> {
    yield touch('coins', 1);
  }
  onActivate(): void {
    touch('onActivate', undefined);
  }
  onDeactivate(): void {
    touch('onDeactivate', undefined);
  }
  onConnect(): void {
    touch('onConnect', undefined);
  }
  @Every('1h') protected tick(): void {
    touch('tick', undefined);
  }
  @On(Opened, { from: 'self' }) protected heard(): void {
    touch('heard', undefined);
  }
}

/** The session actor of the clients that probe; its own hooks run when they come and go. */
@Actor({ name: 'guest' })
export class Guest implements OnConnect, OnDisconnect {
  @Public() hello(): string {
    return touch('hello', 'hello');
  }
  secret(): string {
    return touch('Guest.secret', 'secret');
  }
  onConnect(): void {
    touch('hook', undefined);
  }
  onDisconnect(): void {
    touch('hook', undefined);
  }
}

// After the decorators have read the classes: whatever looks for a name along the prototypes is noticed.
for (const Class of [Vault, Locker, Guest]) {
  Object.setPrototypeOf(Class.prototype, watched(`${Class.name}.prototype`, Object.getPrototypeOf(Class.prototype) as object));
  Object.setPrototypeOf(Class, watched(Class.name, Object.getPrototypeOf(Class) as object));
}
