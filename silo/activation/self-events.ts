// SelfEvents. Owns: the deliveries of an actor's own events to the handlers (`@On(…, { from: 'self' })`) of itself and its components.
//   S1. An emission commits with its unit: one outbox entry per (event, handler). If the unit fails there is none.
//   S2. A handler's effect and the removal of its entry are one commit: handled exactly once, whatever crashes between.
//   S3. Per handling entity, events are handled in the order of their emission; a failing one is tried again before the next.
//   S2b. After its last attempt an event's entry and its dead letter change places in one commit: it surely was not applied.
//   S4. Events for a degraded component wait until it is not: its refusals are no attempts. An actor that is told to end does not wait for it.
import { MESSAGE_ROOT } from '../../protocol/codec/index.js';
import type { EventOrigin } from '../../sdk/author/index.js';
import { DEFAULT_DELIVERY, type HandlerMetadata } from '../../decorators/index.js';
import type { Message } from '../../protocol/delivery.js';
import { inLog, letterOf } from '../messages/dead-letters.js';
import { SentDraft } from '../messages/sent-draft.js';
import { degradedUntil } from '../degraded-until.js';
import { Pauses } from '../pauses.js';
import { CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import type { Activation } from './activation.js';
import type { Entity } from './entity.js';
import type { OutboxDraft } from './unit-of-work.js';

/** S4. The shortest time after which it is asked again. */
const SHORTEST_PAUSE_MS = 100;
/** S4. The clocks may differ: after this time it is asked again, whatever the refusal said. */
const LONGEST_PAUSE_MS = 60_000;

/** What an outbox entry holds. */
interface Stored {
  readonly component: string | undefined;
  readonly method: string;
  readonly event: unknown;
  readonly origin: EventOrigin;
}

interface Delivery extends Stored {
  readonly sequence: number;
}

export class SelfEvents {
  private readonly queues = new Map<Entity, Delivery[]>();
  private isStopped = false;
  private readonly waiters: (() => void)[] = [];
  /** Before the next attempts. */
  private readonly pauses: Pauses;
  /** S4: entities whose events wait. */
  private readonly parked = new Set<Entity>();

  constructor(private readonly activation: Activation) {
    this.pauses = new Pauses(activation.services.clock);
  }

  get isBusy(): boolean {
    return this.queues.size > 0;
  }

  /** As `isBusy`, but for what waits by S4. */
  get isHandling(): boolean {
    return this.queues.size > this.parked.size;
  }

  /** Goes on with what an earlier activation left unsettled, before anything new (S3). */
  resume(sequence: number, stored: unknown): void {
    this.enqueue({ ...(stored as Stored), sequence });
  }

  /** Resolves when nothing waits for its handler any more but by S4, or this is stopped. Call it while something does. */
  handled(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  stop(): void {
    this.isStopped = true;
    this.queues.clear();
    this.parked.clear();
    this.pauses.end();
    this.tellHandled();
  }

  /** The outbox entries of one event, one per handler. `deliver` hands them over after their commit. */
  entriesFor(event: object, eventName: string, origin: EventOrigin, chain: CallChain | undefined): { readonly entries: readonly OutboxDraft[]; readonly deliver: () => void } | undefined {
    const handlers = this.handlersOf(eventName, chain);
    if (handlers.length === 0) return undefined;
    const { codec } = this.activation.services;
    const entries = handlers.map(({ entity, handler }): OutboxDraft => {
      const stored: Stored = { component: entity.id.component, method: handler.method, event, origin };
      return { sequence: 0, payload: codec.encode(stored, MESSAGE_ROOT) };
    });
    // Handlers get what was encoded, not the emitter's object.
    return { entries, deliver: () => entries.forEach(({ sequence, payload }) => this.enqueue(this.decode(sequence, payload))) };
  }

  private decode(sequence: number, payload: Uint8Array): Delivery {
    return { ...(this.activation.services.codec.decode(payload) as Stored), sequence };
  }

  /** Of the components that the emitting unit knows (CS3): if it fails, so do their events. */
  private handlersOf(eventName: string, chain: CallChain | undefined): { readonly entity: Entity; readonly handler: HandlerMetadata }[] {
    return [...this.activation.componentsFor(chain), this.activation.owner].flatMap((entity) =>
      entity.metadata.handlers.filter((handler) => handler.from === 'self' && handler.eventName === eventName).map((handler) => ({ entity, handler })));
  }

  private enqueue(delivery: Delivery): void {
    if (this.isStopped) return;
    const entity = this.activation.residents.find(({ id }) => id.component === delivery.component);
    if (!entity) return this.forget(delivery);
    const queue = this.queues.get(entity);
    if (queue) queue.push(delivery);
    else {
      this.queues.set(entity, [delivery]);
      void this.drain(entity);
    }
  }

  private async drain(entity: Entity): Promise<void> {
    const queue = this.queues.get(entity)!;
    while (queue.length > 0 && !this.isStopped) {
      await this.handle(entity, queue[0]!);
      queue.shift();
    }
    this.queues.delete(entity);
    if (!this.isHandling) this.tellHandled();
  }

  private tellHandled(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  private async handle(entity: Entity, delivery: Delivery): Promise<void> {
    const { attempts, backoffMs } = entity.metadata.handlers.find(({ method }) => method === delivery.method)?.delivery ?? DEFAULT_DELIVERY;
    let attempt = 1;
    while (!this.isStopped) {
      try {
        await this.attempt(entity, delivery);
        return;
      } catch (error) {
        // An ending activation fails turns that are not to blame: the event stays in the outbox for the next one.
        if (this.activation.status !== 'active') return;
        if (entity.extras?.fate === 'gone') return this.forget(delivery);
        const untilMs = degradedUntil(error);
        if (untilMs !== undefined) await this.park(entity, untilMs);
        else if (attempt >= attempts) return this.bury(entity, delivery, attempt, error);
        else await this.pauses.pause(backoffMs * 2 ** (attempt++ - 1) * (0.5 + this.activation.services.random()));
      }
    }
  }

  /** S4. What still waits when the activation ends waits for the next one. */
  private async park(entity: Entity, untilMs: number): Promise<void> {
    this.parked.add(entity);
    if (!this.isHandling) this.tellHandled();
    do await this.pauses.pause(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, untilMs - this.activation.services.clock.now())));
    while (!this.isStopped && this.activation.status !== 'active');
    this.parked.delete(entity);
  }

  private async attempt(entity: Entity, delivery: Delivery): Promise<void> {
    const { codec } = this.activation.services;
    const args = [codec.copy(delivery.event, 'event'), delivery.origin];
    const call = new PendingCall(
      { kind: 'event', target: entity.id, method: delivery.method, args, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0 },
      new CallChain(),
      SYSTEM_TURN,
    );
    call.settles = delivery.sequence;
    entity.offer(call);
    await call.promise;
  }

  /** What a component did not hear before it was removed goes with it. */
  private forget(delivery: Delivery): void {
    this.activation.log.info({ component: delivery.component, handler: delivery.method }, 'an event is for a component that was removed');
    this.settle(delivery);
  }

  /** After the last attempt: its entry goes and its dead letter is sent in one commit. */
  private bury(entity: Entity, delivery: Delivery, attempts: number, error: unknown): void {
    const { event: value, method, origin, sequence } = delivery;
    const { services, id, log } = this.activation;
    const event = entity.metadata.handlers.find((handler) => handler.method === method)?.eventName ?? method;
    const payload = services.codec.encode({ kind: 'own', event, method, value, origin } satisfies Message, MESSAGE_ROOT);
    const letter = letterOf({ sender: id, sequence, low: sequence, listener: entity.id, ordinal: 0, total: 1, payload }, attempts, error, services.clock.now(), services.codec);
    log.error({ err: error, handler: method, origin, ...inLog(letter) }, 'an event could not be handled and is given up: it is a dead letter now');
    services.statistics.deadLetters++;
    this.settle(delivery, new SentDraft({ to: 'records', letter }, services.codec));
  }

  private settle({ sequence }: Delivery, letter?: SentDraft): void {
    this.activation.commits.settle(sequence, letter).catch((failure: unknown) => this.activation.log.error({ err: failure }, 'a given-up event could not be settled'));
  }
}
