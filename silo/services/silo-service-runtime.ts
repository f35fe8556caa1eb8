import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import { notImplemented } from '../../protocol/errors/not-implemented.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { ConnectedClient } from '../../sdk/author/index.js';
import type { ComponentEntry, EntityRuntime } from '../../sdk/context/entity-runtime.js';
import type { FoundPage } from '../../sdk/context/found-actors.js';
import type { HandleCaller } from '../../sdk/handle.js';
import type { SiloServices } from '../activation/silo-services.js';
import type { ActorTypes } from '../actor-types.js';
import type { ServiceTypes } from './service-types.js';

/** What the context of one instance of a service stands on: the silo itself. What only actors have is refused here, wherever the instance runs. */
export class SiloServiceRuntime implements EntityRuntime {
  readonly setVersion = 0;
  private logger: Logger | undefined;

  constructor(readonly id: EntityId, private readonly silo: Pick<SiloServices, 'log' | 'handle' | 'caller' | 'scratch' | 'findTagged'>, private readonly types: ActorTypes, private readonly services: ServiceTypes) {}

  get log(): Logger {
    return (this.logger ??= this.silo.log.child({ service: this.id.type }));
  }

  get caller(): HandleCaller {
    return this.silo.caller;
  }

  handle(id: EntityId): object {
    return this.silo.handle(id);
  }

  typeName(classOrName: unknown): string {
    return this.types.nameOf(classOrName);
  }

  serviceName(classOrName: unknown): string {
    return this.services.nameOf(classOrName);
  }

  components(): readonly ComponentEntry[] {
    return [];
  }

  args(): readonly unknown[] {
    return [];
  }

  tags(): readonly string[] {
    return [];
  }

  addComponent(): Promise<never> {
    return Promise.reject(this.lacks('addComponent', 'no components'));
  }

  removeComponent(): Promise<never> {
    return Promise.reject(this.lacks('removeComponent', 'no components'));
  }

  changeTags(): never {
    throw this.lacks('tags', 'no tags');
  }

  findTagged(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage> {
    return this.silo.findTagged(tag, type, cursor);
  }

  clients(): readonly ConnectedClient[] {
    return [];
  }

  /** Of this instance. */
  tmpdir(): string {
    return this.silo.scratch.of(this, this.id).use();
  }

  adoptTmpdir(path: string): void {
    this.silo.scratch.adopt(this, this.id, path);
  }

  /** The instance is gone, and its directory with it. */
  async end(): Promise<void> {
    await this.silo.scratch.release(this);
  }

  /** A service has no handlers, and nobody can listen to it: what it emits would reach nobody until others can bind. */
  emitLive(): never {
    throw notImplemented('ctx.emit of a service');
  }

  emit(): Promise<never> {
    return Promise.reject(notImplemented('ctx.emit of a service'));
  }

  broadcastResult(): Promise<never> {
    return this.emit();
  }

  save(): Promise<never> {
    return Promise.reject(this.lacks('save', 'nothing that could be saved'));
  }

  addTimer(): never {
    throw this.lacks('timer', 'no timers');
  }

  requestEnd(how: 'deactivate' | 'destroy'): never {
    throw this.lacks(how, 'instances that end with their silo');
  }

  private lacks(verb: string, what: string): ConfigurationError {
    return new ConfigurationError(`ctx.${verb}: ${printEntityId(this.id)} is a service: it has ${what}`);
  }
}
