import { MESSAGE_ROOT } from '../../protocol/codec/index.js';
import { randomBytes } from 'node:crypto';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import { ConfigurationError } from '../../protocol/errors/index.js';
import type { Logger } from '../../protocol/ports/logger.js';
import type { BroadcastResult, ConnectedClient, EventOrigin, ReminderInfo } from '../../sdk/author/index.js';
import type { BroadcastStage } from '../../sdk/broadcast.js';
import type { KeptReminderSpec } from '../../sdk/context/reminder-spec.js';
import { nameOfEvent } from '../../sdk/context/event-name.js';
import type { ComponentEntry, EntityRuntime } from '../../sdk/context/entity-runtime.js';
import type { FoundPage } from '../../sdk/context/found-actors.js';
import type { HandleCaller } from '../../sdk/handle.js';
import { TailCall } from '../../sdk/context/tail-call.js';
import { checkTagChange } from '../../sdk/context/tag-change.js';
import { currentTurn } from '../../sdk/context/turn-scope.js';
import type { ActorTypes } from '../actor-types.js';
import type { ServiceTypes } from '../services/service-types.js';
import { Turn } from '../turns/turn.js';
import { SentDraft } from '../messages/sent-draft.js';
import { bindApart, isOfWoken } from './bind-apart.js';
import { addComponent, giveTags, removeComponent } from './component-changes.js';
import { tagsOf } from './component-lookup.js';
import type { Entity } from './entity.js';
import { EntityTimers } from './entity-timers.js';
import { HandOver } from './hand-over.js';
import type { UnnumberedEvent } from './live-events.js';
import type { SelfEvents } from './self-events.js';
import type { UnitOfWork } from './unit-of-work.js';

/** An inline entity's runtime: the silo itself, in the same thread. */
export class SiloEntityRuntime implements EntityRuntime {
  private logger: Logger | undefined;

  constructor(private readonly entity: Entity, private readonly types: ActorTypes, private readonly services: ServiceTypes) {}

  get id(): EntityId {
    return this.entity.id;
  }

  get log(): Logger {
    const { component } = this.entity.id;
    return (this.logger ??= component === undefined ? this.entity.activation.log : this.entity.activation.log.child({ component }));
  }

  get caller(): HandleCaller {
    return this.entity.activation.services.caller;
  }

  handle(id: EntityId): object {
    return this.entity.activation.services.handle(id);
  }

  typeName(classOrName: unknown): string {
    return this.types.nameOf(classOrName);
  }

  serviceName(classOrName: unknown): string {
    return this.services.nameOf(classOrName);
  }

  get setVersion(): number {
    return this.entity.activation.setVersion;
  }

  components(): readonly ComponentEntry[] {
    const { activation } = this.entity;
    const chain = this.ownTurn()?.unit?.chain;
    return activation.componentsFor(chain).map((entity) => ({ name: entity.id.component!, className: entity.metadata.name, tags: tagsOf(entity, chain) }));
  }

  args(): readonly unknown[] {
    const { activation, extras } = this.entity;
    return extras?.args ? (activation.services.codec.decode(extras.args) as readonly unknown[]) : NO_ARGS;
  }

  async addComponent(className: string, tags: readonly string[], args: readonly unknown[] | undefined): Promise<string> {
    const { activation } = this.entity;
    const turn = this.writingTurn('ctx.addComponent');
    return addComponent(activation, turn, { className, tags, args: args?.length ? activation.services.codec.encode(args, 'args') : undefined });
  }

  async removeComponent(id: EntityId): Promise<void> {
    await removeComponent(this.entity.activation, this.writingTurn('ctx.removeComponent'), id);
  }

  emitLive(event: object, key: string | undefined): void {
    const eventName = nameOfEvent(event);
    this.publishWithUnit(this.ownTurn()?.unit, eventName, this.encode(event, eventName, this.originOf(), key));
  }

  emit(event: object, receipts: boolean): Promise<string | undefined> | string | undefined {
    const { activation } = this.entity;
    const eventName = nameOfEvent(event);
    const turn = this.ownTurn();
    if (turn && !turn.unit) throw new ConfigurationError(`${turn.method} is @ReadOnly: it cannot emit ${eventName}; emit with { live: true } or drop @ReadOnly`);
    const origin = this.originOf();
    const encoded = this.encode(event, eventName, origin, undefined);
    const own = activation.messages.selfEvents.entriesFor(event, eventName, origin, turn?.unit?.chain);
    this.publishWithUnit(turn?.unit, eventName, encoded);
    const tracker = receipts ? randomBytes(16).toString('base64url') : undefined;
    const isHeard = receipts || activation.messages.mayBeHeard(eventName, turn?.unit?.bindings);
    const forOthers = isHeard ? this.draftOf(event, eventName, origin, tracker) : undefined;
    if (!turn?.unit) return own || forOthers ? this.store(own, forOthers).then(() => tracker) : undefined;
    if (forOthers) turn.unit.send(forOthers);
    if (!own) return tracker;
    (turn.unit.outbox ??= []).push(...own.entries);
    turn.unit.defer(own.deliver);
    return tracker;
  }

  /** Nobody can have it before it is committed: what the unit did so far is, if the event is part of it. */
  async broadcastResult(id: string, stage: BroadcastStage): Promise<BroadcastResult> {
    if (this.ownTurn()?.unit?.isSending(id)) await this.saveFor('the receipts of a broadcast');
    return this.entity.activation.services.messages.receipts.result(id, stage);
  }

  changeBinding(event: string, listener: string, bound: boolean): Promise<void> | void {
    const { unit, chain } = this.writingTurn('bind');
    if (isOfWoken(unit!, chain)) return bindApart(this.entity.activation, { event, listener, bound });
    (unit!.bindings ??= []).push({ event, listener, bound });
  }

  /** Of code outside any turn. */
  private async store(own: OwnEvents, forOthers: SentDraft | undefined): Promise<void> {
    const entries = [...(own?.entries ?? []), ...(forOthers ? [forOthers] : [])];
    if (entries.length === 0) return;
    await this.entity.activation.commits.append(entries);
    own?.deliver();
  }

  private draftOf(value: object, event: string, origin: EventOrigin, tracker: string | undefined): SentDraft {
    const { codec } = this.entity.activation.services;
    return new SentDraft({ to: 'bound', event, version: 0, payload: codec.encode({ kind: 'event', event, value, origin }, MESSAGE_ROOT), tracker }, codec);
  }

  remind(name: string, spec: KeptReminderSpec, payload: unknown): void {
    this.entity.activation.messages.reminders.set(this.writingTurn('ctx.remind').unit!, this.entity, name, spec, payload);
  }

  cancelReminder(name: string): void {
    this.entity.activation.messages.reminders.cancel(this.writingTurn('ctx.cancelReminder').unit!, this.id, name);
  }

  reminders(): Promise<readonly ReminderInfo[]> {
    return this.entity.activation.messages.reminders.list(this.ownTurn()?.unit, this.id);
  }

  tailCall(target: EntityId, method: string, args: readonly unknown[], keepTurn: boolean): TailCall {
    return HandOver.make(this.entity.activation, this.writingTurn('ctx.tailCall'), new TailCall(target, method, args, keepTurn));
  }

  save(): Promise<void> {
    return this.saveFor('ctx.save');
  }

  private async saveFor(what: string): Promise<void> {
    const turn = this.ownTurn();
    if (!turn) throw new ConfigurationError(`${what}: no turn of ${printEntityId(this.id)} is running; call it inside a method, handler, timer or hook`);
    const { unit, method } = turn;
    if (!unit) throw new ConfigurationError(`${what}: ${method} is @ReadOnly; it changes nothing that could be saved`);
    if (unit.isWhole) throw new ConfigurationError(`${what}: ${method} runs under an idempotency key, or handles an event or a message; all of it is saved together at its end`);
    await this.entity.activation.units.save(unit);
  }

  tmpdir(): string {
    const { activation } = this.entity;
    if (activation.status === 'ended') throw new ConfigurationError(`ctx.tmpdir: the activation of ${printEntityId(this.id)} is over, and its directory is gone`);
    return activation.services.scratch.of(activation, this.id).use();
  }

  adoptTmpdir(path: string): void {
    const { activation } = this.entity;
    if (activation.status !== 'ended') activation.services.scratch.adopt(activation, this.id, path);
  }

  addTimer(callback: (elapsedMs: number) => unknown, dueMs: number, everyMs: number | undefined): () => void {
    const { activation } = this.entity;
    if (activation.status === 'ended') return () => undefined;
    return (activation.timers ??= new EntityTimers()).add(this.entity, 'timer', dueMs, everyMs, [callback]);
  }

  clients(): readonly ConnectedClient[] {
    return this.entity.activation.sessionsIfAny?.list() ?? [];
  }

  requestEnd(how: 'deactivate' | 'destroy'): void {
    this.entity.activation.requestEndAfter(this.ownTurn()?.unit, how);
  }

  /** The running turn, if it is one of this actor's. */
  private ownTurn(): Turn | undefined {
    const turn = currentTurn();
    if (!(turn instanceof Turn)) return undefined;
    return turn.entity.type === this.id.type && turn.entity.key === this.id.key ? turn : undefined;
  }

  /** The running turn of this actor, if it may change something. */
  private writingTurn(what: string): Turn {
    const turn = this.ownTurn();
    if (!turn) throw new ConfigurationError(`${what}: no turn of ${printEntityId(this.id)} is running; call it inside a method, handler, timer or hook`);
    if (!turn.unit || turn.pending.mode.readOnly) throw new ConfigurationError(`${what}: ${turn.method} is @ReadOnly; it changes nothing`);
    return turn;
  }

  findTagged(tag: string, type: string | undefined, cursor: string | undefined): Promise<FoundPage> {
    return this.entity.activation.services.findTagged(tag, type, cursor);
  }

  tags(): readonly string[] {
    return tagsOf(this.entity, this.ownTurn()?.unit?.chain);
  }

  changeTags(added: readonly string[], removed: readonly string[]): void {
    const turn = this.writingTurn('ctx.tags');
    checkTagChange(this.id, this.entity.metadata, turn, true, removed);
    giveTags(this.entity, added, removed);
  }

  private publishWithUnit(unit: UnitOfWork | undefined, eventName: string, event: UnnumberedEvent | undefined): void {
    const publish = (): void => this.entity.activation.live.publish(this.id.component, eventName, event);
    if (unit) unit.defer(publish);
    else publish();
  }

  /** Undefined while nobody listens: encoding would be for nothing. */
  private encode(event: object, eventName: string, origin: EventOrigin, key: string | undefined): UnnumberedEvent | undefined {
    const { activation } = this.entity;
    if (!activation.live.hasListeners(this.id.component, eventName)) return undefined;
    return { eventName, payload: activation.services.codec.encode(event, 'event'), key, origin };
  }

  private originOf(): EventOrigin {
    const { type, key, component } = this.id;
    const { activation } = this.entity;
    const seq = activation.live.nextEmission();
    return { type, key, component, id: `${activation.token.slice(-8)}${seq.toString(36)}`, seq, at: activation.services.clock.now() };
  }
}

type OwnEvents = ReturnType<SelfEvents['entriesFor']>;

const NO_ARGS: readonly unknown[] = Object.freeze([]);
