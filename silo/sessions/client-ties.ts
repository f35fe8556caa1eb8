// ClientTies: what ties the clients of the cluster's gateways to this silo's actors, and the clients of this silo's gateway to actors anywhere.
// The composition of its two ends: the gateway's (SessionDirectory, LiveFeeds) and the actors' (SessionHost, FeedHost).
import type { Codec } from '../../protocol/codec/index.js';
import type { Envelope } from '../../protocol/envelope.js';
import type { Clock, Logger, Member, Membership } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import type { ActorTypes } from '../actor-types.js';
import type { Catalog } from '../catalog.js';
import type { Elsewhere } from '../router.js';
import { FeedHost } from './feed-host.js';
import { LiveFeeds } from './live-feeds.js';
import type { PeerTopics } from './peer-topics.js';
import { SessionDirectory } from './session-directory.js';
import { SessionHost } from './session-host.js';
import { SiloLine, type ControlLinks } from './silo-line.js';
import { Visits } from './visits.js';

export interface ClientTiesParts {
  readonly siloId: string;
  readonly types: ActorTypes;
  readonly catalog: Catalog;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly log: Logger;
  readonly topics: PeerTopics;
  readonly codec: () => Codec;
}

export class ClientTies {
  readonly sessions: SessionDirectory;
  readonly feeds: LiveFeeds;
  private readonly line: SiloLine;
  private readonly visits: Visits;
  private readonly host: SessionHost;
  private readonly feedHost: FeedHost;
  private readonly catalog: Catalog;
  private isAbandoned = false;

  constructor({ siloId, types, catalog, membership, clock, log, topics, codec }: ClientTiesParts) {
    this.catalog = catalog;
    const line = (this.line = new SiloLine(siloId, membership, clock));
    const visits = (this.visits = new Visits(types, catalog, line, clock));
    this.sessions = new SessionDirectory(visits, line, log);
    this.host = new SessionHost({ visits, line, directory: this.sessions, log, codec });
    this.feedHost = new FeedHost({ visits, line, clock, feeds: () => this.feeds, isAbandoned: () => this.isAbandoned });
    this.feeds = new LiveFeeds(visits, line, {
      stop: (feedId) => this.feedHost.stop(line.self, feedId),
      numberOf: (feedId) => this.feedHost.numberOf(line.self, feedId),
    });
    for (const noun of [this.sessions, this.feeds, this.feedHost]) noun.listen(topics);
  }

  /** From now on actors may be on other silos, and clients at their gateways. */
  joinPeers(elsewhere: Elsewhere, links: ControlLinks): void {
    this.visits.elsewhere = elsewhere;
    this.line.links = links;
  }

  /** What a gateway asks of an actor, from here or from another silo. Throws what keeps the actor from being woken here at all. */
  serve(envelope: Envelope): Promise<unknown> {
    return this.visits.serve(envelope);
  }

  activationEnded(activation: Activation): void {
    // The gateway of a silo that stops has let its clients go.
    if (!this.isAbandoned) this.host.activationEnded(activation, !this.catalog.stopping);
  }

  silosDied(dead: readonly Member[]): void {
    for (const { incarnation } of dead) {
      this.feedHost.siloDied(incarnation);
      this.host.siloDied(incarnation);
      this.feeds.siloDied(incarnation);
      this.sessions.siloDied(incarnation);
    }
  }

  /** This silo is no member any more: the others learn what that means for them by themselves. */
  abandon(): void {
    this.isAbandoned = true;
    this.stop();
  }

  stop(): void {
    this.line.stop();
    this.feedHost.stopTimer();
  }
}
