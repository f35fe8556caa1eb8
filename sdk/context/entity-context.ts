// The context object that an entity's constructor gets. It holds nothing but its runtime: what it says is asked anew each time.
import { componentMetadata, isReminderName } from '../../decorators/index.js';
import { describe, isRecord } from '../../decorators/options.js';
import { checkKey, serviceId } from '../../protocol/actor-id.js';
import { parseDuration } from '../../protocol/duration.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { notImplemented } from '../../protocol/errors/not-implemented.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { Broadcast, CallInfo, ConnectedClient, ReminderInfo, Tags } from '../author/index.js';
import { openBroadcast } from '../broadcast.js';
import { Verb } from '../methods-on-demand.js';
import { checkAddComponentOptions, checkTags, componentIdOf } from './component-arguments.js';
import type { ComponentEntry, EntityRuntime } from './entity-runtime.js';
import { checkActorQuery, findActors } from './found-actors.js';
import { checkReminderSpec } from './reminder-spec.js';
import { checkTailCall } from './tail-call.js';
import { openTurn } from './turn-scope.js';

/** Implements `ActorContext` and `ComponentContext` (the types in `sdk/author` say what a user can rely on). */
export class EntityContext {
  readonly #runtime: EntityRuntime;
  #tags: Tags | undefined;
  #args: readonly unknown[] | undefined;

  constructor(runtime: EntityRuntime) {
    this.#runtime = runtime;
  }

  get type(): string {
    return this.#runtime.id.type;
  }

  get key(): string {
    return this.#runtime.id.key;
  }

  get log(): Logger {
    return this.#runtime.log;
  }

  get self(): object {
    return this.#runtime.handle(this.#runtime.id);
  }

  get owner(): object {
    return this.#runtime.handle({ type: this.type, key: this.key });
  }

  /** The running turn of this entity. */
  get call(): CallInfo {
    const turn = openTurn('ctx.call');
    if (!turn) throw new ConfigurationError('ctx.call: no turn is running; read it inside a method, handler, timer or hook');
    return turn.call;
  }

  get tags(): Tags {
    return (this.#tags ??= Object.freeze({
      add: (...tags: readonly unknown[]) => this.#changeTags('ctx.tags.add', tags, true),
      remove: (...tags: readonly unknown[]) => this.#changeTags('ctx.tags.remove', tags, false),
      has: (tag: string) => this.#runtime.tags().includes(tag),
    }));
  }

  get clients(): readonly ConnectedClient[] {
    return this.#runtime.clients();
  }

  /** Made when it is first asked for. */
  get tmpdir(): string {
    return this.#runtime.tmpdir();
  }

  actor(classOrName: unknown, key: string): object {
    checkKey(key);
    return this.#runtime.handle({ type: this.#runtime.typeName(classOrName), key });
  }

  service(classOrName: unknown): object {
    return this.#runtime.handle(serviceId(this.#runtime.serviceName(classOrName)));
  }

  /** What the component was added with. */
  get args(): readonly unknown[] {
    return (this.#args ??= Object.freeze([...this.#runtime.args()]));
  }

  async addComponent(classOrName: unknown, options?: unknown): Promise<object> {
    openTurn('ctx.addComponent');
    const { tags, args } = checkAddComponentOptions(options);
    const name = await this.#runtime.addComponent(this.#runtime.caller.componentName(classOrName), tags, args);
    return this.#component(name);
  }

  async removeComponent(component: unknown): Promise<void> {
    openTurn('ctx.removeComponent');
    await this.#runtime.removeComponent(componentIdOf(component, this.#runtime.id));
  }

  get(Class: object): object | undefined {
    return this.#find(Class)[0];
  }

  find(Class: object, tag: string): object | undefined {
    return this.#find(Class, tag)[0];
  }

  findAll(Class: object, tag?: string): object[] {
    return this.#find(Class, tag);
  }

  findActors(query: unknown): AsyncIterable<object> {
    openTurn('ctx.findActors');
    const checked = checkActorQuery(query, (type) => this.#runtime.typeName(type));
    return findActors(checked, (...page) => this.#runtime.findTagged(...page), (id) => this.#runtime.handle(id));
  }

  async emit(event: object, options: unknown = {}): Promise<Broadcast | undefined> {
    openTurn('ctx.emit');
    if (!isRecord(options)) throw new ConfigurationError(`emit: expected an options object, got ${describe(options)}`);
    const { live, key, receipts, ...others } = options;
    for (const option of Object.keys(others)) {
      throw new ConfigurationError(`emit: unknown option '${option}'; known: live, key, receipts`);
    }
    if (live !== undefined && typeof live !== 'boolean') throw new ConfigurationError(`emit: live is true or false, got ${describe(live)}`);
    if (key !== undefined && (typeof key !== 'string' || live !== true)) throw new ConfigurationError('emit: key is a string and goes with live: true');
    if (receipts !== undefined && typeof receipts !== 'boolean') throw new ConfigurationError(`emit: receipts is true or false, got ${describe(receipts)}`);
    if (receipts === true && live === true) throw new ConfigurationError('emit: a live event has no receipts');
    if (live === true) {
      this.#runtime.emitLive(event, key);
      return undefined;
    }
    const id = await this.#runtime.emit(event, receipts === true);
    return id === undefined ? undefined : openBroadcast(id, (stage) => this.#runtime.broadcastResult(id, stage));
  }

  /** Durable, and the same when it is said again. */
  bind(source: { bind(event: unknown, listener: object): Promise<void> }, event: unknown): Promise<void> {
    openTurn('ctx.bind');
    return source.bind(event, this.self);
  }

  unbind(source: { unbind(event: unknown, listener: object): Promise<void> }, event: unknown): Promise<void> {
    openTurn('ctx.unbind');
    return source.unbind(event, this.self);
  }

  async save(): Promise<void> {
    openTurn('ctx.save');
    await this.#runtime.save();
  }

  /** Durable; the entity's method with `@OnReminder(name)` runs when it is due. */
  async remind(name: string, when: unknown, payload?: unknown): Promise<void> {
    openTurn('ctx.remind');
    if (!isReminderName(name)) throw new ConfigurationError(`remind: ${describe(name)} is no name of a reminder`);
    await this.#runtime.remind(name, checkReminderSpec(when), payload);
  }

  async cancelReminder(name: string): Promise<void> {
    openTurn('ctx.cancelReminder');
    if (!isReminderName(name)) throw new ConfigurationError(`cancelReminder: ${describe(name)} is no name of a reminder`);
    await this.#runtime.cancelReminder(name);
  }

  reminders(): Promise<readonly ReminderInfo[]> {
    openTurn('ctx.reminders');
    return this.#runtime.reminders();
  }

  timer(callback: (elapsedMs: number) => unknown, options: { readonly due: unknown; readonly every?: unknown }): { cancel(): void } {
    if (typeof callback !== 'function') throw new ConfigurationError('timer: expected a function');
    const unknown = Object.keys(options).find((option) => option !== 'due' && option !== 'every');
    if (unknown !== undefined) throw new ConfigurationError(`timer: unknown option '${unknown}'; known: due, every`);
    const everyMs = options.every === undefined ? undefined : parseDuration(options.every, 'timer: every');
    const cancel = this.#runtime.addTimer(callback, parseDuration(options.due, 'timer: due'), everyMs);
    return { cancel };
  }

  /** After the running unit; without one, as soon as nothing runs. */
  deactivate(): Promise<void> {
    this.#runtime.requestEnd('deactivate');
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    this.#runtime.requestEnd('destroy');
    return Promise.resolve();
  }

  /** The methods of the handle's entity, each of which makes the tail call that is to be returned. */
  tailCall(handle: unknown, options: unknown = {}): object {
    if (!openTurn('ctx.tailCall')) throw new ConfigurationError('ctx.tailCall: no turn is running; call it inside a method, handler, reminder or timer');
    const { target, keepTurn } = checkTailCall(this.#runtime.id, handle, options);
    return new Verb((method, args) => this.#runtime.tailCall!(target, method, args, keepTurn));
  }

  #find(Class: object, tag?: string): object[] {
    const className = componentMetadata(Class)?.name;
    const matches = (entry: ComponentEntry): boolean => entry.className === className && (tag === undefined || entry.tags.includes(tag));
    return this.#runtime.components().filter(matches).map(({ name }) => this.#component(name));
  }

  #changeTags(where: string, tags: readonly unknown[], isAdding: boolean): void {
    openTurn(where);
    const checked = checkTags(where, tags);
    this.#runtime.changeTags(isAdding ? checked : [], isAdding ? [] : checked);
  }

  #component(name: string): object {
    return this.#runtime.handle({ type: this.type, key: this.key, component: name });
  }
}

const LATER = ['migrate'];
for (const name of LATER) {
  Object.defineProperty(EntityContext.prototype, name, {
    get(): never {
      throw notImplemented(`ctx.${name}`);
    },
  });
}
