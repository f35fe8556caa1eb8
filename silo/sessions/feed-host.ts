// FeedHost. Owns: the feeds that activations of this silo give to gateways of any silo. A feed pins its activation awake.
//   H1. A feed ends with its activation, which its gateway is told until it has heard it; with its gateway's silo; or when the gateway stops it.
//   H2. What a gateway has not acknowledged is bounded: beyond that its events are dropped, which their numbers tell.
//   H3. The number that each feed has reached is repeated every 5 s, so that a lost last event is noticed, and so is a feed that nobody wants.
import type { Clock, Incarnation, TimerHandle } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import { unknownComponent } from '../activation/component-lookup.js';
import type { LiveEvent, LiveSubscription } from '../gateway/gateway-backend.js';
import { EVENT, FEED_ENDED, POSITIONS, SUBSCRIBE, toWire, UNSUBSCRIBE, type FeedStart, type Position } from './feed-messages.js';
import type { LiveFeeds } from './live-feeds.js';
import type { PeerTopics } from './peer-topics.js';
import type { SiloLine } from './silo-line.js';
import type { Visits } from './visits.js';

interface Given {
  readonly feedId: number;
  readonly activation: Activation;
  readonly subscription: LiveSubscription;
}

/** Of one gateway. */
interface Taker {
  readonly feeds: Map<number, Given>;
  /** H2. */
  unheardBytes: number;
}

export interface FeedHostParts {
  readonly visits: Visits;
  readonly line: SiloLine;
  readonly clock: Clock;
  /** The feeds of this silo's own gateway. */
  readonly feeds: () => LiveFeeds;
  /** The silo is no member any more. */
  readonly isAbandoned: () => boolean;
}

const POSITIONS_MS = 5000;
/** H2. */
const MAX_UNHEARD_BYTES = 16 * 1024 * 1024;
/** What an event costs beside its payload. */
const EVENT_BYTES = 200;

export class FeedHost {
  private readonly takers = new Map<Incarnation, Taker>();
  private timer: TimerHandle | undefined;

  constructor(private readonly parts: FeedHostParts) {
    parts.visits.on(SUBSCRIBE, (activation, gateway, args) => Promise.resolve(this.give(activation, gateway, ...(args as [number, string | undefined, string]))));
  }

  listen(topics: PeerTopics): void {
    topics.on(UNSUBSCRIBE, (body, { incarnation }) => this.stop(incarnation, body as number));
  }

  stop(gateway: Incarnation, feedId: number): void {
    const taker = this.takers.get(gateway);
    const given = taker?.feeds.get(feedId);
    if (!taker || !given) return;
    taker.feeds.delete(feedId);
    if (taker.feeds.size === 0) this.takers.delete(gateway);
    given.subscription.stop();
  }

  numberOf(gateway: Incarnation, feedId: number): number | undefined {
    return this.takers.get(gateway)?.feeds.get(feedId)?.subscription.number;
  }

  /** H1. */
  siloDied(incarnation: Incarnation): void {
    for (const feedId of [...(this.takers.get(incarnation)?.feeds.keys() ?? [])]) this.stop(incarnation, feedId);
  }

  stopTimer(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private give(activation: Activation, gateway: Incarnation, feedId: number, component: string | undefined, eventName: string): FeedStart {
    const entity = activation.entity(component);
    if (!entity) throw unknownComponent(activation.id, component!);
    let taker = this.takers.get(gateway);
    if (!taker) this.takers.set(gateway, (taker = { feeds: new Map(), unheardBytes: 0 }));
    // Asked twice: the first answer was lost.
    let given = taker.feeds.get(feedId);
    if (given?.activation !== activation) {
      given?.subscription.stop();
      const { onEvent, onEnd } = this.ends(taker, gateway, feedId);
      taker.feeds.set(feedId, (given = { feedId, activation, subscription: activation.live.subscribe(entity.id.component, eventName, onEvent, onEnd) }));
    }
    const { line } = this.parts;
    if (gateway !== line.self) this.timer ??= this.parts.clock.setTimer(this.repeatPositions, POSITIONS_MS);
    const { epoch, number } = given.subscription;
    return { at: line.self, silo: line.siloId, epoch, number };
  }

  private ends(taker: Taker, gateway: Incarnation, feedId: number): { onEvent: (event: LiveEvent) => void; onEnd: () => void } {
    const { line, feeds } = this.parts;
    if (gateway === line.self) {
      return { onEvent: (event) => feeds().hear(feedId, event), onEnd: () => this.end(taker, gateway, feedId, () => feeds().ended(feedId)) };
    }
    return {
      onEvent: (event) => this.send(taker, gateway, feedId, event),
      onEnd: () => this.end(taker, gateway, feedId, () => void line.askUntilHeard(gateway, FEED_ENDED, feedId)),
    };
  }

  private end(taker: Taker, gateway: Incarnation, feedId: number, tell: () => void): void {
    taker.feeds.delete(feedId);
    if (taker.feeds.size === 0 && this.takers.get(gateway) === taker) this.takers.delete(gateway);
    if (gateway === this.parts.line.self || !this.parts.isAbandoned()) tell();
  }

  private send(taker: Taker, gateway: Incarnation, feedId: number, event: LiveEvent): void {
    const bytes = event.payload.length + EVENT_BYTES;
    if (taker.unheardBytes + bytes > MAX_UNHEARD_BYTES) return;
    taker.unheardBytes += bytes;
    const heard = (): void => void (taker.unheardBytes -= bytes);
    // What a broken link loses shows in the numbers.
    this.parts.line.ask(gateway, EVENT, [feedId, toWire(event)]).then(heard, heard);
  }

  /** H3. One message for each gateway. */
  private readonly repeatPositions = (): void => {
    const { line, clock } = this.parts;
    const others = [...this.takers].filter(([gateway]) => gateway !== line.self);
    this.timer = others.length > 0 ? clock.setTimer(this.repeatPositions, POSITIONS_MS) : undefined;
    for (const [gateway, { feeds }] of others) {
      const positions = [...feeds.values()].map(({ feedId, subscription: { epoch, number } }): Position => [feedId, epoch, number]);
      line.ask(gateway, POSITIONS, positions).then(
        (unknown) => (unknown as readonly number[]).forEach((feedId) => this.stop(gateway, feedId)),
        () => undefined,
      );
    }
  };
}
