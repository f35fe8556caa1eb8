// WrongHints: how a silo hears that it has sent a one-way call to the wrong place, though nobody answers such calls. Best effort: until it is
// heard, the wrong silo sends them on.
import type { LocationCache } from '../../directory/location-cache.js';
import type { ActorId } from '../../protocol/actor-id.js';
import type { Incarnation, Membership, Peer } from '../../protocol/ports/index.js';
import type { PeerLinks } from './cluster-router.js';

/** The control message: type and key of the actor, and who has it as far as the sender knows. */
const MOVED = 'moved';
const ASK_TIMEOUT_MS = 5000;

export class WrongHints {
  constructor(
    private readonly links: Pick<PeerLinks, 'ask'>,
    private readonly locations: LocationCache,
    private readonly membership: Pick<Membership, 'incarnation' | 'peers'>,
    topics: { on(topic: string, handler: (body: unknown, from: Peer) => void): void },
  ) {
    topics.on(MOVED, (body, from) => this.hear(body, from));
  }

  /** Tells the silo that sent a call here that the actor is not here. */
  tell({ type, key }: ActorId, sender: Peer): void {
    const member = this.membership.peers.find(({ incarnation }) => incarnation === sender.incarnation);
    if (!member) return;
    this.links.ask(member, MOVED, [type, key, this.locations.get({ type, key })], ASK_TIMEOUT_MS).catch(() => undefined);
  }

  /** `from` does not have the actor. By value: what was learned meanwhile stays. */
  private hear(body: unknown, from: Peer): void {
    const [type, key, holder] = body as [string, string, Incarnation | undefined];
    const id = { type, key };
    if (this.locations.get(id) !== from.incarnation) return;
    this.locations.drop(id, from.incarnation);
    if (holder !== undefined && holder !== this.membership.incarnation) this.locations.set(id, holder);
  }
}
