// Residents. Owns: the entities of one activation, and who of them a call is for. Does not own: their turns.
//   R1. A call of a component that may be there waits until the row says which are.
import type { ActorId } from '../../protocol/actor-id.js';
import type { ClaimedRow } from '../../protocol/ports/state-store.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import type { Activation, ActivationStatus } from './activation.js';
import { findComponent, unknownComponent } from './component-lookup.js';
import { ComponentSet } from './component-set.js';
import type { Entity } from './entity.js';
import type { SiloServices } from './silo-services.js';
import { TagBook } from './tag-book.js';

const NONE: readonly Entity[] = [];
const NO_TAGS = { fields: new Map<string, never>(), tags: [] };

export abstract class Residents {
  abstract readonly id: ActorId;
  abstract readonly services: SiloServices;
  abstract readonly status: ActivationStatus;
  /** The actor itself. */
  owner!: Entity;
  /** Of the actor now, also before the commit that says so; in order. `ComponentSet` changes it. */
  components: readonly Entity[] = NONE;
  /** Rises when the components, their or the actor's tags, or the connected clients are not what they were. */
  setVersion = 0;
  private lazySet: ComponentSet | undefined;
  /** Absent while nobody in the actor has, or had, a tag. */
  tagBook: TagBook | undefined;
  /** R1. */
  private early: PendingCall[] | undefined;
  private isRestored = false;

  get set(): ComponentSet {
    return (this.lazySet ??= new ComponentSet(this as unknown as Activation));
  }

  /** There are tags, or will be. */
  beginTags(row: Pick<ClaimedRow, 'fields' | 'tags'> = NO_TAGS): void {
    this.tagBook ??= new TagBook(this as unknown as Activation, row);
  }

  /** Components as declared, then as added, then the actor. */
  get entities(): readonly Entity[] {
    return this.components.length === 0 ? [this.owner] : [...this.components, this.owner];
  }

  /** As `entities`, and the components that leave when a unit is committed. */
  get residents(): readonly Entity[] {
    const residue = this.lazySet?.residue ?? NONE;
    return residue.length === 0 ? this.entities : [...residue, ...this.entities];
  }

  /** The components as code of `chain` sees them: outside a unit that changes them, the committed ones. */
  componentsFor(chain: CallChain | undefined): readonly Entity[] {
    return this.lazySet ? this.lazySet.viewOf(chain) : this.components;
  }

  /** Who stands at the address, as calls of `chain` find it; others wait at a component that is not committed yet. */
  entity(address: string | undefined, chain?: CallChain): Entity | undefined {
    if (address === undefined) return this.owner;
    const found = findComponent(this.componentsFor(chain), address, chain);
    return found ?? (this.lazySet && this.components.find(({ id, extras }) => id.component === address && extras?.fate === 'new'));
  }

  /** Queues the call where it belongs; fails it when the actor has no such component. */
  offer(call: PendingCall): void {
    const { component } = call.envelope.target;
    const entity = this.entity(component, call.chain);
    if (entity) entity.offer(call);
    else if (this.status === 'ended') this.handOn([call]);
    else if (this.isRestored) call.fail(unknownComponent(this.id, component!));
    else this.hold(call);
  }

  /** What the row says of the components is known; `again` are calls that stood at those which are not there. */
  restored(again: readonly PendingCall[]): void {
    this.isRestored = true;
    for (const call of [...again, ...this.takeEarly()]) if (!call.isSettled) this.offer(call);
  }

  /** All calls that wait, in order; they leave their queues. */
  takeWaiting(): readonly PendingCall[] {
    return [...this.residents.flatMap(({ mailbox }) => mailbox.takeQueued()), ...this.takeEarly()];
  }

  /** Instances in threads, whose contexts answer from a mirror, are told. */
  setChanged(): void {
    this.setVersion++;
    // As everybody sees it: the unit that changes it sees more, from its next turn on.
    runOutsideTurns(() => this.residents.forEach(({ hosted }) => hosted?.refresh?.()));
  }

  /** Nothing of the actor runs here any more. */
  protected dispose(): void {
    for (const entity of this.residents) void entity.hosted?.dispose();
    this.lazySet?.end();
  }

  abstract handOn(calls: readonly PendingCall[]): void;

  private hold(call: PendingCall): void {
    (this.early ??= []).push(call);
    call.watch(this.services.deadlines);
  }

  private takeEarly(): readonly PendingCall[] {
    const { early = [] } = this;
    this.early = undefined;
    return early;
  }
}
