// ComponentSet. Owns: which components one actor has, where that differs (or differed once) from what its class declares.
//   CS1. It changes only in writing turns on the owner: the owner's mailbox is its lock, and its commit is that of the owner's fields.
//   CS2. Order: as declared, then as added. A component that is removed and added again is another one, at the end, under another name.
//   CS3. Nobody but the unit that changes it sees the change before its commit; until then an added component is held by that unit, and so is
//        one that leaves: it comes back, with its state and the calls that wait for it, if the unit fails.
//   CS4. The commit that removes a component deletes its saved fields.
import type { ComponentMetadata } from '../../decorators/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { Activation } from './activation.js';
import { componentIsGone } from './component-lookup.js';
import { Entity } from './entity.js';
import { TAGS_FIELD } from './entity-tags.js';
import { EntityTimers } from './entity-timers.js';
import type { SavedPart, StagedPart } from './entity-extras.js';
import { AS_DECLARED, decodeSet, encodeSet, SET_FIELD, withAdded, withoutComponent, type SetRecord } from './set-record.js';
import type { ClaimedRow } from '../../protocol/ports/state-store.js';
import type { UnitOfWork } from './unit-of-work.js';

export class ComponentSet implements SavedPart {
  private record = AS_DECLARED;
  private savedRecord = AS_DECLARED;
  /** As of the last commit. */
  private saved: readonly Entity[];
  /** Removed by units that are not committed. */
  private leaving: readonly Entity[] = [];
  private changers: readonly CallChain[] = [];
  /** Removed while a turn of theirs went on. */
  private departed: readonly Entity[] = [];

  constructor(private readonly activation: Activation) {
    this.saved = activation.components;
    activation.owner.use().parts.push(this);
  }

  /** What is there beside the current ones, and is not gone yet. */
  get residue(): readonly Entity[] {
    return this.leaving;
  }

  /** Takes over what the row says, before anything is built. `make` prepares the entities that were added. */
  restore(bytes: Uint8Array, make: (entity: Entity) => void): void {
    const { activation } = this;
    const record = decodeSet(bytes, activation.services.codec);
    this.record = this.savedRecord = record;
    const declared = activation.components.filter(({ id }) => !record.removed.includes(id.component!));
    // A later version of the actor may declare what was added: it is that one then, with its state.
    const added = record.added.filter(({ name }) => !declared.some(({ id }) => id.component === name)).map(({ name, className, args }) => {
      const entity = this.entity(name, activation.services.componentClass(activation.metadata, className), args);
      make(entity);
      return entity;
    });
    activation.components = this.saved = [...declared, ...added];
  }

  /** The components as code of this chain sees them (CS3). */
  viewOf(chain: CallChain | undefined): readonly Entity[] {
    if (this.changers.length === 0) return this.saved;
    return chain && this.changers.some((changer) => chain.isWithin(changer)) ? this.activation.components : this.saved;
  }

  /** CS1: called in a turn of `unit` on the owner. The entity is held, not built. */
  add(unit: UnitOfWork, metadata: ComponentMetadata, args: Uint8Array | undefined): Entity {
    const { activation } = this;
    const declared = activation.metadata.components();
    const isTaken = (name: string): boolean =>
      declared.some((each) => each.name === name) || this.everyone.some(({ id }) => id.component === name) || (name !== metadata.name && activation.services.isComponentClass(name));
    const [record, name] = withAdded(this.record, metadata.name, args, isTaken);
    const entity = this.entity(name, metadata, args);
    entity.use().fate = 'new';
    entity.mailbox.holdFor(unit.chain);
    unit.hold(entity);
    this.change(unit, record, [...activation.components, entity], this.leaving);
    return entity;
  }

  /** CS1. `unit` holds the entity. */
  remove(unit: UnitOfWork, entity: Entity): void {
    entity.use().fate = 'leaving';
    this.change(unit, withoutComponent(this.record, entity.id.component!), this.activation.components.filter((each) => each !== entity), [...this.leaving, entity]);
  }

  stage(): StagedPart | undefined {
    const { record, leaving, activation: { components, services } } = this;
    if (record === this.savedRecord) return undefined;
    const fields = new Map<string, Uint8Array | undefined>([[SET_FIELD, encodeSet(record, services.codec)]]);
    for (const entity of leaving) for (const field of savedNamesOf(entity)) fields.set(field, undefined); // CS4
    return { fields, accept: () => this.accept(record, components, leaving) };
  }

  rollback(): void {
    if (this.record === this.savedRecord) return;
    const vanished = this.everyone.filter((entity) => !this.saved.includes(entity));
    for (const entity of this.leaving) entity.use().fate = undefined;
    this.record = this.savedRecord;
    this.activation.components = this.saved;
    this.leaving = this.changers = [];
    for (const entity of vanished) this.bidFarewell(entity);
    this.activation.setChanged();
  }

  capture(): ReadonlyMap<string, Uint8Array> {
    if (this.savedRecord === AS_DECLARED) return new Map();
    return new Map([[SET_FIELD, encodeSet(this.savedRecord, this.activation.services.codec)]]);
  }

  /** The activation is over. */
  end(): void {
    for (const entity of this.departed) void entity.hosted?.dispose();
  }

  private get everyone(): readonly Entity[] {
    return [...this.activation.components, ...this.leaving];
  }

  private entity(name: string, metadata: ComponentMetadata, args: Uint8Array | undefined): Entity {
    const { activation } = this;
    const entity = new Entity(activation, metadata, { ...activation.id, component: name });
    if (args) entity.use().args = args;
    return entity;
  }

  private change({ chain }: UnitOfWork, record: SetRecord, components: readonly Entity[], leaving: readonly Entity[]): void {
    if (!this.changers.includes(chain)) this.changers = [...this.changers, chain];
    this.record = record;
    this.activation.components = components;
    this.leaving = leaving;
    this.activation.setChanged();
  }

  private accept(record: SetRecord, components: readonly Entity[], left: readonly Entity[]): void {
    this.savedRecord = record;
    this.saved = components;
    this.leaving = this.leaving.filter((entity) => !left.includes(entity));
    if (this.record === record) this.changers = [];
    for (const entity of left) this.bidFarewell(entity);
    for (const entity of components) this.welcome(entity);
    this.activation.setChanged();
  }

  /** From the commit on it ticks; where the activation is not open yet, that starts all timers. */
  private welcome(entity: Entity): void {
    if (entity.extras?.fate !== 'new') return;
    entity.extras.fate = undefined;
    if (this.activation.status === 'active') startTimersOf(entity);
  }

  private bidFarewell(entity: Entity): void {
    entity.use().fate = 'gone';
    this.activation.timers?.stopOf(entity);
    for (const call of entity.mailbox.takeQueued()) call.fail(componentIsGone(entity));
    if (entity.hasOpenTurn) this.departed = [...this.departed, entity];
    else void entity.hosted?.dispose();
  }
}

/** Takes the components from the row, and holds those that were added for the beginning's `unit`. Returns what waited at others: tell `restored` of it when the tags are there too. */
export function restoreComponents(activation: Activation, { fields }: ClaimedRow, unit: UnitOfWork): readonly PendingCall[] {
  const bytes = fields.get(SET_FIELD);
  if (!bytes) return [];
  const declared = activation.components;
  activation.set.restore(bytes, (entity) => {
    entity.mailbox.holdFor(unit.chain);
    unit.hold(entity);
  });
  const removed = declared.filter((entity) => !activation.components.includes(entity));
  for (const entity of removed) unit.letGo(entity);
  return removed.flatMap(({ mailbox }) => mailbox.takeQueued());
}

/** Saved names of all that is saved of a component. */
function savedNamesOf({ id, metadata, extras }: Entity): readonly string[] {
  return [...metadata.state.keys(), ...(extras?.leftBehind ?? []), ...(extras?.tags ? [TAGS_FIELD] : [])].map((field) => `${id.component}:${field}`);
}

/** Starts the `@Every` timers of the entity. */
export function startTimersOf(entity: Entity): void {
  const { activation, metadata } = entity;
  for (const { method, periodMs } of metadata.timers) (activation.timers ??= new EntityTimers()).add(entity, method, periodMs, periodMs);
}
