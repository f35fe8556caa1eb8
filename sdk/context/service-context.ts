// The context object that a service's constructor gets.
import { checkKey, serviceId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { notImplemented } from '../../protocol/errors/not-implemented.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { CallInfo } from '../author/index.js';
import type { EntityRuntime } from './entity-runtime.js';
import { checkActorQuery, findActors } from './found-actors.js';
import { openTurn } from './turn-scope.js';

/** Implements `ServiceContext` (the type in `sdk/author` says what a user can rely on). */
export class ServiceContext {
  readonly #runtime: EntityRuntime;

  constructor(runtime: EntityRuntime) {
    this.#runtime = runtime;
  }

  get type(): string {
    return this.#runtime.id.type;
  }

  get log(): Logger {
    return this.#runtime.log;
  }

  /** Of the turn whose code asks: many run at once. */
  get call(): CallInfo {
    const turn = openTurn('ctx.call');
    if (!turn) throw new ConfigurationError('ctx.call: no turn is running; read it inside a method or hook');
    return turn.call;
  }

  actor(classOrName: unknown, key: string): object {
    checkKey(key);
    return this.#runtime.handle({ type: this.#runtime.typeName(classOrName), key });
  }

  service(classOrName: unknown): object {
    return this.#runtime.handle(serviceId(this.#runtime.serviceName(classOrName)));
  }

  findActors(query: unknown): AsyncIterable<object> {
    openTurn('ctx.findActors');
    const checked = checkActorQuery(query, (type) => this.#runtime.typeName(type));
    return findActors(checked, (...page) => this.#runtime.findTagged(...page), (id) => this.#runtime.handle(id));
  }

  /** Of this instance; gone with it. */
  get tmpdir(): string {
    return this.#runtime.tmpdir();
  }

  /** A service has no handlers, and nobody can be bound to it: what it emits would reach nobody. */
  emit(): Promise<never> {
    return Promise.reject(notImplemented('ctx.emit of a service'));
  }
}
