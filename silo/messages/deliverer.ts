// Deliverer. Owns: the batches of the partitions that this silo consumes, until each of their messages is with its listener.
//   V1. Batches are done when each message is handled, or in its listener's inbox. A listener that cannot be reached has it put there from here.
//   V2. Whoever was put something there from here is told, until that succeeds; before anything else is delivered to him.
//   V3. While he was not told, what comes again is not put there again: an outbox that stands still is relayed again and again.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { decodeDeliveries, encodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import { UnknownActorTypeError } from '../../protocol/errors/index.js';
import type { Invoker } from '../../protocol/envelope.js';
import type { Incarnation, TimerHandle } from '../../protocol/ports/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { DELIVER } from '../activation/system-methods.js';
import { DeliveryWindow } from './delivery-window.js';
import { messageName, senderOf } from './sender-name.js';
import { UNHOSTED_MS, buryUnhosted, type BurialParts } from './unhosted.js';

const DELIVERY_TIMEOUT_MS = 30_000;
const FIRST_REMINDER_MS = 500;
const LONGEST_REMINDER_MS = 30_000;
/** V3. Of one listener. */
const MAX_REMEMBERED = 10_000;

interface Unseen {
  readonly id: ActorId;
  /** Since when its type is known to be hosted nowhere. */
  unhostedMs?: number | undefined;
  /** Rises with what is put there. */
  parkings: number;
  /** V3. Which messages those are. */
  readonly parked: Set<string>;
  pauseMs: number;
  timer: TimerHandle | undefined;
}

export class Deliverer {
  private readonly unseen = new Map<string, Unseen>();
  private readonly window: DeliveryWindow;
  private isStopped = false;

  constructor(private readonly parts: BurialParts, private readonly invoker: Invoker, private readonly incarnation: Incarnation) {
    this.window = new DeliveryWindow(parts.clock);
  }

  /** Rejects when the store does not answer: the batches must come again. */
  async handle(batches: readonly Uint8Array[]): Promise<void> {
    const byActor = new Map<string, Delivery[]>();
    for (const delivery of batches.flatMap((batch) => decodeDeliveries(batch))) {
      const { type, key } = delivery.listener;
      const name = printEntityId({ type, key });
      const present = byActor.get(name);
      if (present) present.push(delivery);
      else byActor.set(name, [delivery]);
    }
    await Promise.all([...byActor].map(([name, deliveries]) => this.window.pass(() => this.deliver(name, deliveries))));
  }

  /** Lets the actor look into its inbox, and relay what is left in its outbox: activates it. */
  async remind({ type, key }: ActorId): Promise<void> {
    await this.invoke({ type, key }, [], true);
  }

  stop(): void {
    this.isStopped = true;
    this.window.open();
    for (const { timer } of this.unseen.values()) timer?.cancel();
  }

  private async deliver(name: string, deliveries: readonly Delivery[]): Promise<void> {
    const { type, key } = deliveries[0]!.listener;
    const id = { type, key };
    try {
      await this.seeing(name, (looks) => this.invoke(id, deliveries, looks));
    } catch (error) {
      if (this.isStopped) throw error;
      this.parts.log.debug({ err: error, actor: name }, 'messages could not be delivered; they wait in the inbox');
      await this.park(id, deliveries);
    }
  }

  private invoke(target: ActorId, deliveries: readonly Delivery[], looks: boolean): Promise<unknown> {
    const deadlineMs = this.parts.clock.monotonicMs() + DELIVERY_TIMEOUT_MS;
    const envelope = { kind: 'call', target, method: DELIVER, args: [deliveries, looks, this.incarnation], deadlineMs, timeoutMs: DELIVERY_TIMEOUT_MS, hops: 0 } as const;
    return runOutsideTurns(() => this.invoker.invoke(envelope));
  }

  /** V1. */
  private async park(id: ActorId, deliveries: readonly Delivery[]): Promise<void> {
    const { dirty, store, receipts } = this.parts;
    const actor = printEntityId(id);
    await dirty.note(id);
    for (const delivery of deliveries) {
      const sender = senderOf(delivery);
      const name = messageName(sender, delivery);
      if (this.unseen.get(actor)?.parked.has(name)) continue;
      const parked = await store.park(id, { sender, sequence: delivery.sequence, payload: encodeDeliveries([delivery]) });
      if (parked === 'duplicate') {
        receipts.processed(delivery);
        continue;
      }
      receipts.received(delivery);
      this.watch(id, name);
    }
  }

  /** V2: somebody put something into its inbox that it has not seen. */
  watch(id: ActorId, message?: string): void {
    const name = printEntityId(id);
    let unseen = this.unseen.get(name);
    if (!unseen) {
      unseen = { id, parkings: 0, parked: new Set(), pauseMs: FIRST_REMINDER_MS, timer: undefined };
      this.unseen.set(name, unseen);
      this.remindLater(name, unseen);
    }
    unseen.parkings++;
    if (message !== undefined && unseen.parked.size < MAX_REMEMBERED) unseen.parked.add(message);
  }

  /** V2. */
  private remindLater(name: string, unseen: Unseen): void {
    if (this.isStopped) return;
    unseen.timer = this.parts.clock.setTimer(() => {
      const lookedFor = this.seeing(name, () => this.remindOrBury(unseen)).catch(() => undefined);
      void lookedFor.then(() => {
        unseen.pauseMs = Math.min(LONGEST_REMINDER_MS, 2 * unseen.pauseMs);
        if (this.unseen.get(name) === unseen) this.remindLater(name, unseen);
      });
    }, unseen.pauseMs);
  }

  /** Resolves when its inbox was looked into, or nothing waits there any more. */
  private async remindOrBury(unseen: Unseen): Promise<void> {
    const { id } = unseen;
    try {
      await this.remind(id);
    } catch (error) {
      if (!(error instanceof UnknownActorTypeError)) {
        unseen.unhostedMs = undefined;
        throw error;
      }
      const nowMs = this.parts.clock.monotonicMs();
      unseen.unhostedMs ??= nowMs;
      if (nowMs - unseen.unhostedMs < UNHOSTED_MS) throw error;
      await buryUnhosted(id, error, this.parts);
    }
  }

  /** Not seen is what was put there after the look. */
  private async seeing(name: string, look: (looks: boolean) => Promise<unknown>): Promise<void> {
    const unseen = this.unseen.get(name);
    const parkings = unseen?.parkings;
    await look(unseen !== undefined);
    if (!unseen || unseen.parkings !== parkings) return;
    unseen.timer?.cancel();
    if (this.unseen.get(name) === unseen) this.unseen.delete(name);
  }
}
