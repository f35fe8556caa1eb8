// Deliverer. Owns: the batches of the partitions that this silo consumes, until each of their messages is with its listener.
//   V1. A batch is done when each message is handled, or in its listener's inbox. A listener that cannot be reached has it put there from here.
//   V2. Whoever was put something there from here is told, until that succeeds; before anything else is delivered to him.
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import { decodeDeliveries, encodeDeliveries, type Delivery } from '../../protocol/delivery.js';
import type { Invoker } from '../../protocol/envelope.js';
import type { Incarnation, TimerHandle } from '../../protocol/ports/index.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { DELIVER } from '../activation/system-methods.js';
import type { MessageParts } from './message-parts.js';
import { senderOf } from './sender-name.js';

const DELIVERY_TIMEOUT_MS = 30_000;
const FIRST_REMINDER_MS = 500;
const LONGEST_REMINDER_MS = 30_000;

interface Unseen {
  readonly id: ActorId;
  /** Rises with what is put there. */
  parkings: number;
  pauseMs: number;
  timer: TimerHandle | undefined;
}

export class Deliverer {
  private readonly unseen = new Map<string, Unseen>();
  private isStopped = false;

  constructor(private readonly parts: MessageParts, private readonly invoker: Invoker, private readonly incarnation: Incarnation) {}

  /** Rejects when the store does not answer: the batch must come again. */
  async handle(batch: Uint8Array): Promise<void> {
    const byActor = new Map<string, Delivery[]>();
    for (const delivery of decodeDeliveries(batch, this.parts.codec())) {
      const { type, key } = delivery.listener;
      const name = printEntityId({ type, key });
      const present = byActor.get(name);
      if (present) present.push(delivery);
      else byActor.set(name, [delivery]);
    }
    await Promise.all([...byActor].map(([name, deliveries]) => this.deliver(name, deliveries)));
  }

  /** Lets the actor look into its inbox, and relay what is left in its outbox: activates it. */
  async remind({ type, key }: ActorId): Promise<void> {
    await this.invoke({ type, key }, [], true);
  }

  stop(): void {
    this.isStopped = true;
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
      await this.park(name, id, deliveries);
    }
  }

  private invoke(target: ActorId, deliveries: readonly Delivery[], looks: boolean): Promise<unknown> {
    const deadlineMs = this.parts.clock.monotonicMs() + DELIVERY_TIMEOUT_MS;
    const envelope = { kind: 'call', target, method: DELIVER, args: [deliveries, looks, this.incarnation], deadlineMs, timeoutMs: DELIVERY_TIMEOUT_MS, hops: 0 } as const;
    return runOutsideTurns(() => this.invoker.invoke(envelope));
  }

  /** V1. */
  private async park(name: string, id: ActorId, deliveries: readonly Delivery[]): Promise<void> {
    const { dirty, store, receipts } = this.parts;
    const codec = this.parts.codec();
    await dirty.note(id);
    for (const delivery of deliveries) {
      const parked = await store.park(id, { sender: senderOf(delivery), sequence: delivery.sequence, payload: encodeDeliveries([delivery], codec) });
      if (parked === 'duplicate') receipts.processed(delivery);
      else receipts.received(delivery);
    }
    const present = this.unseen.get(name);
    if (present) {
      present.parkings++;
      return;
    }
    const unseen: Unseen = { id, parkings: 1, pauseMs: FIRST_REMINDER_MS, timer: undefined };
    this.unseen.set(name, unseen);
    this.remindLater(name, unseen);
  }

  /** V2. */
  private remindLater(name: string, unseen: Unseen): void {
    if (this.isStopped) return;
    unseen.timer = this.parts.clock.setTimer(() => {
      const lookedFor = this.seeing(name, () => this.remind(unseen.id)).catch(() => undefined);
      void lookedFor.then(() => {
        unseen.pauseMs = Math.min(LONGEST_REMINDER_MS, 2 * unseen.pauseMs);
        if (this.unseen.get(name) === unseen) this.remindLater(name, unseen);
      });
    }, unseen.pauseMs);
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
