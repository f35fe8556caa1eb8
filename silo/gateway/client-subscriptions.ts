// ClientSubscriptions. Owns: what one client listens to.
//   S1. Events of a subscription leave in the order of their numbers.
//   S2. While the client reads too slowly, only the newest event per (emitter, class, key) waits for it; the numbers that are skipped
//       make its `onGap` fire.
//   S3. When an activation ends, the subscription goes on at the next one: another epoch, so the client knows.
import type { EntityId } from '../../protocol/actor-id.js';
import { encodeMessage, GatewayMessage } from '../../protocol/client-wire.js';
import { InvalidArgumentError, RateLimitedError } from '../../protocol/errors/index.js';
import type { Identity } from '../../protocol/identity.js';
import type { ClientConnection, TimerHandle } from '../../protocol/ports/index.js';
import type { ClientSessionContext } from './client-session.js';
import type { LiveEvent, LiveSubscription } from './gateway-backend.js';

interface Subscription {
  readonly id: number;
  readonly target: EntityId;
  readonly event: string;
  isStopped: boolean;
  live: LiveSubscription | undefined;
  /** Newest waiting event by emitter and key, while the client is slow. */
  held: Map<string, LiveEvent> | undefined;
}

const SLOW_BYTES = 262_144;
const RETRY_MS = 50;
const RESUBSCRIBE_MS = 500;

export class ClientSubscriptions {
  private readonly subscriptions = new Map<number, Subscription>();
  private timer: TimerHandle | undefined;

  constructor(
    private readonly identity: Identity,
    private readonly context: ClientSessionContext,
    private readonly connection: ClientConnection,
    private readonly write: (message: Uint8Array) => void,
    private readonly fail: (id: number, error: unknown) => void,
  ) {}

  /** Subscribes and tells the client the number it starts at, or why not. */
  async add({ id, target, event }: { readonly id: number; readonly target: EntityId; readonly event: string }): Promise<void> {
    try {
      if (this.subscriptions.has(id)) throw new InvalidArgumentError(`subscription id ${id} is in use`);
      const { subscriptions: limit } = this.context.limits;
      if (this.subscriptions.size >= limit) throw new RateLimitedError(`${limit} subscriptions of this client exist already`);
      this.context.access.event(target, event, this.identity);
      const subscription: Subscription = { id, target, event, isStopped: false, live: undefined, held: undefined };
      this.subscriptions.set(id, subscription);
      await this.context.access.authorize(this.identity, { ...target, event, args: [] });
      await this.listen(subscription);
    } catch (error) {
      this.subscriptions.delete(id);
      this.fail(id, error);
    }
  }

  remove(id: number): void {
    const subscription = this.subscriptions.get(id);
    if (!subscription) return;
    this.subscriptions.delete(id);
    subscription.isStopped = true;
    subscription.live?.stop();
  }

  stop(): void {
    this.timer?.cancel();
    for (const id of [...this.subscriptions.keys()]) this.remove(id);
  }

  private async listen(subscription: Subscription): Promise<void> {
    const { target, event } = subscription;
    const live = await this.context.backend.subscribe(target, event, (emitted) => this.deliver(subscription, emitted), () => void this.listenAgain(subscription));
    if (subscription.isStopped) return live.stop();
    subscription.live = live;
    this.write(encodeMessage([GatewayMessage.subscribed, subscription.id, live.epoch, live.number]));
  }

  /** S3. A session's actor that cannot be activated is tried again for as long as the client is there. */
  private async listenAgain(subscription: Subscription): Promise<void> {
    subscription.live = undefined;
    while (!subscription.isStopped) {
      try {
        return await this.listen(subscription);
      } catch (error) {
        this.context.log.warn({ err: error, event: subscription.event }, 'a live subscription waits for its actor');
        await new Promise<void>((resolve) => void this.context.clock.setTimer(resolve, RESUBSCRIBE_MS));
      }
    }
  }

  private deliver(subscription: Subscription, event: LiveEvent): void {
    if (subscription.isStopped) return;
    if (subscription.held === undefined && this.connection.bufferedBytes < SLOW_BYTES) return this.send(subscription, event);
    const { origin, key } = event;
    const slot = JSON.stringify([origin.type, origin.key, origin.component, key]);
    subscription.held ??= new Map();
    // S1: the newest goes last.
    subscription.held.delete(slot);
    subscription.held.set(slot, event);
    this.timer ??= this.context.clock.setTimer(this.onRetry, RETRY_MS);
  }

  private readonly onRetry = (): void => {
    this.timer = undefined;
    for (const subscription of this.subscriptions.values()) {
      if (this.connection.bufferedBytes >= SLOW_BYTES) break;
      const { held } = subscription;
      subscription.held = undefined;
      for (const event of held?.values() ?? []) this.send(subscription, event);
    }
    if ([...this.subscriptions.values()].some(({ held }) => held)) this.timer = this.context.clock.setTimer(this.onRetry, RETRY_MS);
  };

  private send({ id }: Subscription, event: LiveEvent): void {
    this.write(encodeMessage([GatewayMessage.event, id, event.epoch, event.number, event.eventName, event.origin], event.payload));
  }
}
