import type { ActorId, EntityId } from '../protocol/actor-id.js';
import { printEntityId } from '../protocol/actor-id.js';
import { parseDuration } from '../protocol/duration.js';
import { CallTimeoutError, ConfigurationError, SiloUnavailableError, UnknownActorTypeError } from '../protocol/errors/index.js';
import type { Member } from '../protocol/ports/membership.js';
import { notImplemented } from '../protocol/errors/not-implemented.js';
import type { CallOptions } from '../sdk/author/index.js';
import { currentTurn } from '../sdk/context/turn-scope.js';
import type { Activation } from './activation/activation.js';
import { ALWAYS_ON_TAG } from './activation/give-up.js';
import type { SiloServices } from './activation/silo-services.js';
import type { ActorTypes } from './actor-types.js';
import type { Catalog } from './catalog.js';
import { componentVerbs } from './component-verbs.js';
import { withinTime } from './gateway/within-time.js';
import { lineageOf } from './links/lineage.js';
import { DEFAULT_TIMEOUT_MS } from './local-envelope.js';
import { buryDestroyed } from './messages/unhosted.js';
import { CallChain } from './turns/call-chain.js';

/** The way to the silo that has an actor, if another one has it. */
export interface HolderAccess {
  /** `undefined`: nobody else that lives has it. */
  holderOf(id: ActorId): Promise<Member | undefined>;
  ask(holder: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown>;
}

/** What other silos may ask of it. */
export const MANAGEMENT_TOPICS = ['activation', 'end'];

/** What a handle says of how long its verbs may take. */
export type ManageOptions = Pick<CallOptions, 'timeout'>;

/** Node's timers ring at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `lineage`: ids of the chain that asks, and of its parents. */
type ControlBody = readonly [type: string, key: string, how?: 'deactivate' | 'destroy', lineage?: readonly string[]];

interface ActivationInfo {
  readonly silo: string;
  readonly epoch: number;
  readonly since: number;
}

/** What `handle.manage` can do, on this silo and by way of it. */
export class Management {
  /** Set once when this silo has others beside it. */
  elsewhere: HolderAccess | undefined;

  constructor(
    private readonly types: ActorTypes,
    private readonly catalog: Catalog,
    private readonly services: Pick<SiloServices, 'directory' | 'store' | 'siloId' | 'clock' | 'caller' | 'messages'>,
    private readonly forgetAlwaysOn: (id: ActorId) => void,
  ) {}

  /** What another silo asks of the actors that are here. */
  async control(topic: string, [type, key, how = 'deactivate', lineage = []]: ControlBody): Promise<unknown> {
    const id = { type, key };
    if (topic === 'activation') return this.activationHere(id);
    if (topic !== 'end') throw new ConfigurationError(`unknown control message '${topic}'`);
    const present = this.catalog.get(id);
    if (present && endsAfterItsTurn(present, how, (holder) => lineage.includes(holder.id))) return true;
    if (present) await this.endHere(present, how);
    return present !== undefined && (how === 'deactivate' || present.isDestroyed);
  }

  /** Each verb ends within the handle's `timeout`, and no later than the turn that asks: `CallTimeoutError`. */
  of(target: EntityId, options: ManageOptions, handleOf: (id: EntityId) => object) {
    const id = { type: target.type, key: target.key };
    const later = (what: string) => (): Promise<never> => Promise.reject(notImplemented(`manage.${what}`));
    return {
      /** Never activates. */
      activation: (): Promise<ActivationInfo | undefined> => this.within(target, 'activation', options, (timeoutMs) => this.activationOf(id, timeoutMs)),
      deactivate: (): Promise<void> => this.within(target, 'deactivate', options, (timeoutMs) => this.end(target, 'deactivate', timeoutMs)),
      destroy: (): Promise<void> => this.within(target, 'destroy', options, (timeoutMs) => this.end(target, 'destroy', timeoutMs)),
      migrate: later('migrate'),
      ...componentVerbs(id, (method, ...args) => this.services.caller.call(id, method, [...args], options, 'call'), this.types, handleOf),
    };
  }

  /** The store, another silo and user code all may take their time. */
  private async within<T>(target: EntityId, verb: string, { timeout }: ManageOptions, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    const { clock } = this.services;
    const own = timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(timeout, 'timeout');
    const turn = currentTurn();
    const timeoutMs = Math.max(0, Math.min(LONGEST_TIMER_MS, own, turn?.isOpen ? turn.deadlineMs - clock.monotonicMs() : Infinity));
    const late = (): Error => new CallTimeoutError(`${printEntityId(target)}.manage.${verb}: no result within ${Math.round(timeoutMs)} ms; whether it takes effect is unknown`, { timeoutMs });
    return withinTime(work(timeoutMs), clock, timeoutMs, late);
  }

  private async activationOf(id: ActorId, timeoutMs: number): Promise<ActivationInfo | undefined> {
    if (this.catalog.get(id) || !this.elsewhere) return this.activationHere(id);
    const holder = await this.elsewhere.holderOf(id);
    return holder && ((await this.elsewhere.ask(holder, 'activation', [id.type, id.key], timeoutMs)) as ActivationInfo | undefined);
  }

  private async end(target: EntityId, how: 'deactivate' | 'destroy', timeoutMs: number): Promise<void> {
    const id = { type: target.type, key: target.key };
    if (target.component !== undefined) {
      throw new ConfigurationError(`${printEntityId(target)}: manage.${how} is for the actor; a component lives and ends with it`);
    }
    const present = this.catalog.get(id);
    const turn = currentTurn();
    const chain = turn?.isOpen && turn.chain instanceof CallChain ? turn.chain : undefined;
    if (!present) {
      // Alone, nothing comes between: a call that is made after it meets the destroyed actor.
      const holder = this.elsewhere && (await this.elsewhere.holderOf(id));
      if (holder && (await this.elsewhere!.ask(holder, 'end', [id.type, id.key, how, chain && lineageOf(chain)] satisfies ControlBody, timeoutMs)) === true) return;
      if (how === 'deactivate') return;
      const destroyed = this.catalog.whileDormant(id, () => this.destroyDormant(id));
      return destroyed ?? this.catalog.afterDormantWork(id).then(() => this.end(target, how, timeoutMs));
    }
    if (chain && endsAfterItsTurn(present, how, (holder) => chain.isWithin(holder))) return;
    await this.endHere(present, how);
    if (how === 'destroy' && !present.isDestroyed) await this.end(target, how, timeoutMs);
  }

  private async endHere(present: Activation, how: 'deactivate' | 'destroy'): Promise<void> {
    await present.settled();
    await this.catalog.deactivate(present, 'requested', how === 'destroy');
  }

  private activationHere(id: ActorId): ActivationInfo | undefined {
    const present = this.catalog.get(id);
    const isHere = present !== undefined && (present.status === 'active' || present.status === 'ending');
    return isHere ? { silo: this.services.siloId, epoch: present.epoch, since: present.since } : undefined;
  }

  /** Only the owner may delete what is saved, so the actor is claimed without being activated. */
  private async destroyDormant(id: ActorId): Promise<void> {
    const metadata = this.types.get(id.type);
    if (!metadata) throw new UnknownActorTypeError(`no silo hosts the actor type '${id.type}'`, { type: id.type });
    const registered = await this.services.directory.register(id);
    if ('holder' in registered) throw new SiloUnavailableError(`${printEntityId(id)}: held by another silo (${registered.holder.incarnation})`);
    if (registered.row.hasInbox) await buryDestroyed(id, registered, this.services.messages);
    const isDestroyed = await this.services.store.destroy(id, registered.token);
    if (!isDestroyed) throw new SiloUnavailableError(`${printEntityId(id)}: another silo took it before it was destroyed`);
    this.forgetAlwaysOn(id);
    for (const tag of registered.row.tags) await this.services.store.indexTag(tag, id, false, { version: registered.row.version, by: '' });
    if (metadata.alwaysOn) await this.services.store.indexTag(ALWAYS_ON_TAG, id, false);
  }
}

/** A chain that runs on the actor would wait for itself: the end comes after its unit. False when it does not run there. */
function endsAfterItsTurn(activation: Activation, how: 'deactivate' | 'destroy', isOwn: (holder: CallChain) => boolean): boolean {
  const holder = activation.entities.flatMap(({ mailbox }) => mailbox.present()).find(isOwn);
  if (holder) activation.requestEndAfter(activation.units.of(holder), how);
  return holder !== undefined;
}
