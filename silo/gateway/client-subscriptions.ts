// ClientSubscriptions. Owns: what one client listens to.
//   S1. Events of a subscription leave in the order of their numbers, after the message that says where the numbers start.
//   S2. While the client reads too slowly, only the newest event per (emitter, class, key) waits for it; the numbers that are skipped
//       make its `onGap` fire.
//   S3. When an activation ends, the subscription goes on at the next one: another epoch, so the client knows.
//   S4. A client whose last event was lost is told the number that its subscription has reached, within the gateway's period for that.
import type { EntityId } from '../../protocol/actor-id.js';
import { GatewayMessage } from '../../protocol/client-wire.js';
import { CallTimeoutError, InvalidArgumentError, RateLimitedError } from '../../protocol/errors/index.js';
import type { TimerHandle } from '../../protocol/ports/index.js';
import type { ClientOwner } from './client-calls.js';
import type { ClientSessionContext } from './client-session.js';
import type { GatewaySubscription, LiveEvent } from './gateway-backend.js';
import { withinTime } from './within-time.js';

interface Subscription {
  readonly id: number;
  readonly target: EntityId;
  readonly event: string;
  isStopped: boolean;
  live: GatewaySubscription | undefined;
  /** S1: events that came before their subscription was announced. `undefined` afterwards. */
  early: LiveEvent[] | undefined;
  /** Newest waiting event by emitter and key, while the client is slow. */
  held: Map<string, LiveEvent> | undefined;
  /** The last number that was written to the client. */
  told: number;
  /** When it was last made again. */
  renewedAtMs: number;
}

const SLOW_BYTES = 262_144;
const RETRY_MS = 50;
const RESUBSCRIBE_MS = 500;
const AUTHORIZE_MS = 30_000;

/** The live subscriptions of one client. */
export class ClientSubscriptions {
  private readonly subscriptions = new Map<number, Subscription>();
  private timer: TimerHandle | undefined;

  constructor(private readonly owner: ClientOwner, private readonly context: ClientSessionContext) {}

  /** Subscribes and tells the client the number it starts at, or why not. Never rejects. */
  async add({ id, target, event }: { readonly id: number; readonly target: EntityId; readonly event: string }): Promise<void> {
    const { subscriptions: limit } = this.context.limits;
    if (this.subscriptions.has(id)) return this.owner.fail(id, new InvalidArgumentError(`subscription id ${id} is in use`));
    if (this.subscriptions.size >= limit) return this.owner.fail(id, new RateLimitedError(`${limit} subscriptions of this client exist already`));
    const subscription: Subscription = { id, target, event, isStopped: false, live: undefined, early: undefined, held: undefined, told: 0, renewedAtMs: -Infinity };
    this.subscriptions.set(id, subscription);
    try {
      await this.check(target, event);
      await this.listen(subscription);
    } catch (error) {
      if (subscription.isStopped) return;
      this.subscriptions.delete(id);
      this.owner.fail(id, error);
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
    this.timer = undefined;
    for (const id of [...this.subscriptions.keys()]) this.remove(id);
  }

  /** S4: says nothing to a client that knows. */
  announcePositions(): void {
    for (const subscription of this.subscriptions.values()) {
      const { live, early, held } = subscription;
      // What is held back brings its number along.
      if (live && !early && !held && live.number !== subscription.told) this.announce(subscription, live, live.number);
    }
  }

  private announce(subscription: Subscription, { epoch, silo }: GatewaySubscription, number: number): void {
    subscription.told = number;
    this.owner.write(this.owner.silos.from([GatewayMessage.subscribed, subscription.id, epoch, number], silo));
  }

  private async check(target: EntityId, event: string): Promise<void> {
    const { access, clock } = this.context;
    access.event(target, event, this.owner.identity);
    const asked = access.authorize(this.owner.identity, { ...target, event, args: [] });
    if (asked) await withinTime(asked, clock, AUTHORIZE_MS, () => new CallTimeoutError('gateway.authorize has not answered', { timeoutMs: AUTHORIZE_MS }));
  }

  private async listen(subscription: Subscription): Promise<void> {
    if (subscription.isStopped) return;
    subscription.early = [];
    let isEnded = false;
    const onEnd = (): void => {
      isEnded = true;
      // Not before `listen` is done: it would overtake the announcement of this one.
      if (subscription.live) void this.listenAgain(subscription);
    };
    const live = await this.context.backend.subscribe(subscription.target, subscription.event, (event) => this.deliver(subscription, event), onEnd);
    if (subscription.isStopped) return live.stop();
    subscription.live = live;
    // S3: what an earlier activation emitted is behind the client's position now.
    subscription.held = undefined;
    const { early } = subscription;
    subscription.early = undefined;
    this.announce(subscription, live, early[0] === undefined ? live.number : early[0].number - 1);
    for (const event of early) this.deliver(subscription, event);
    if (isEnded) void this.listenAgain(subscription);
  }

  /** S3. An actor that cannot be activated is tried again for as long as the client is there, and one that ends at once not at once. */
  private async listenAgain(subscription: Subscription): Promise<void> {
    subscription.live = undefined;
    while (!subscription.isStopped) {
      const { clock, log } = this.context;
      if (clock.monotonicMs() - subscription.renewedAtMs < RESUBSCRIBE_MS) await this.pause();
      subscription.renewedAtMs = clock.monotonicMs();
      try {
        return await this.listen(subscription);
      } catch (error) {
        log.warn({ err: error, event: subscription.event }, 'a live subscription waits for its actor');
      }
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.context.clock.setTimer(resolve, RESUBSCRIBE_MS));
  }

  private deliver(subscription: Subscription, event: LiveEvent): void {
    if (subscription.isStopped) return;
    if (subscription.early) return void subscription.early.push(event);
    if (subscription.held === undefined && this.owner.waitingBytes() < SLOW_BYTES) return this.send(subscription, event);
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
      if (this.owner.waitingBytes() >= SLOW_BYTES) break;
      const { held } = subscription;
      subscription.held = undefined;
      for (const event of held?.values() ?? []) this.send(subscription, event);
    }
    if ([...this.subscriptions.values()].some(({ held }) => held)) this.timer = this.context.clock.setTimer(this.onRetry, RETRY_MS);
  };

  private send(subscription: Subscription, event: LiveEvent): void {
    subscription.told = event.number;
    this.owner.write([GatewayMessage.event, subscription.id, event.epoch, event.number, event.eventName, event.origin], event.payload);
  }
}
