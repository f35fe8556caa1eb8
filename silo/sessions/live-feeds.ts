// LiveFeeds. Owns: what the clients of this silo's gateway listen to: one feed for each (entity, event class), however many they are.
//   F1. A feed is one subscription at the actor's activation, wherever that is; each event comes here once, as bytes.
//   F2. When the activation, its silo or the way there ends for good, the feed ends: its listeners are told, and subscribe again.
//   F3. Feeds have ids that are never used again: what still comes for an earlier one reaches nobody.
import type { ActorId, EntityId } from '../../protocol/actor-id.js';
import type { Incarnation } from '../../protocol/ports/index.js';
import type { GatewaySubscription, LiveEvent } from '../gateway/gateway-backend.js';
import { EVENT, FEED_ENDED, fromWire, POSITIONS, SUBSCRIBE, UNSUBSCRIBE, type EventOnWire, type FeedStart, type Position } from './feed-messages.js';
import type { PeerTopics } from './peer-topics.js';
import type { SiloLine } from './silo-line.js';
import type { Visits } from './visits.js';

interface Listener {
  readonly onEvent: (event: LiveEvent) => void;
  readonly onEnd: () => void;
}

interface Feed {
  readonly id: number;
  readonly name: string;
  readonly listeners: Set<Listener>;
  opened: Promise<unknown>;
  at: Incarnation | undefined;
  /** Id of that silo; empty until `at` is known. */
  silo: string;
  epoch: number;
  /** Of the last event, come or not. */
  number: number;
}

/** The feeds of actors on this silo. */
export interface FeedsHere {
  stop(feedId: number): void;
  /** The number that it has reached, where events that nobody listened to count as well. */
  numberOf(feedId: number): number | undefined;
}

export class LiveFeeds {
  private readonly byName = new Map<string, Feed>();
  private readonly byId = new Map<number, Feed>();
  private lastId = 0;

  constructor(private readonly visits: Visits, private readonly line: SiloLine, private readonly here: FeedsHere) {}

  listen(topics: PeerTopics): void {
    topics.on(EVENT, (body) => {
      const [feedId, event] = body as [number, EventOnWire];
      this.hear(feedId, fromWire(event));
    });
    topics.on(POSITIONS, (body) => this.setPositions(body as readonly Position[]));
    topics.on(FEED_ENDED, (body) => this.ended(body as number));
  }

  /** Wakes the actor and keeps it awake until `stop`. `onEnd` is called when the feed ends. */
  async subscribe(entity: EntityId, eventName: string, onEvent: (event: LiveEvent) => void, onEnd: () => void): Promise<GatewaySubscription> {
    const { type, key, component } = entity;
    const name = JSON.stringify([type, key, component, eventName]);
    const feed = this.byName.get(name) ?? this.open(name, { type, key }, component, eventName);
    const listener: Listener = { onEvent, onEnd };
    feed.listeners.add(listener);
    await feed.opened;
    const numberOf = (): number => (feed.at === this.line.self ? this.here.numberOf(feed.id) : undefined) ?? feed.number;
    return {
      silo: feed.silo,
      epoch: feed.epoch,
      get number() {
        return numberOf();
      },
      stop: () => this.stop(feed, listener),
    };
  }

  /** F1. */
  hear(feedId: number, event: LiveEvent): void {
    const feed = this.byId.get(feedId);
    if (!feed) return;
    feed.epoch = event.epoch;
    feed.number = event.number;
    for (const { onEvent } of feed.listeners) onEvent(event);
  }

  /** F2. */
  ended(feedId: number): void {
    const feed = this.byId.get(feedId);
    if (!feed) return;
    this.forget(feed);
    for (const { onEnd } of feed.listeners) onEnd();
  }

  /** F2. */
  siloDied(incarnation: Incarnation): void {
    for (const feed of [...this.byId.values()]) if (feed.at === incarnation) this.ended(feed.id);
  }

  private open(name: string, actor: ActorId, component: string | undefined, eventName: string): Feed {
    const feed: Feed = { id: ++this.lastId, name, listeners: new Set(), opened: Promise.resolve(), at: undefined, silo: '', epoch: 0, number: 0 };
    this.byName.set(name, feed);
    this.byId.set(feed.id, feed);
    feed.opened = this.begin(feed, actor, component, eventName);
    return feed;
  }

  private async begin(feed: Feed, actor: ActorId, component: string | undefined, eventName: string): Promise<void> {
    try {
      const { at, silo, epoch, number } = (await this.visits.call(actor, SUBSCRIBE, [feed.id, component, eventName])) as FeedStart;
      feed.at = at;
      feed.silo = silo;
      // Events may have overtaken the answer.
      if (feed.epoch !== epoch) feed.number = number;
      feed.epoch = epoch;
      if (this.line.isDead(at)) this.ended(feed.id);
    } catch (error) {
      this.forget(feed);
      throw error;
    }
  }

  /** The repeated number of a feed: what has not come by now was lost. */
  private setPositions(positions: readonly Position[]): readonly number[] {
    const unknown: number[] = [];
    for (const [feedId, epoch, number] of positions) {
      const feed = this.byId.get(feedId);
      if (!feed) unknown.push(feedId);
      else if (feed.epoch === epoch) feed.number = Math.max(feed.number, number);
    }
    return unknown;
  }

  private stop(feed: Feed, listener: Listener): void {
    feed.listeners.delete(listener);
    if (feed.listeners.size > 0 || this.byId.get(feed.id) !== feed) return;
    this.forget(feed);
    if (feed.at === this.line.self) this.here.stop(feed.id);
    // One that is not heard is found out with the next positions.
    else if (feed.at !== undefined) this.line.ask(feed.at, UNSUBSCRIBE, feed.id).catch(() => undefined);
  }

  private forget(feed: Feed): void {
    this.byId.delete(feed.id);
    if (this.byName.get(feed.name) === feed) this.byName.delete(feed.name);
  }
}
