// ClusterRouter. Owns: on which silo a call goes on whose actor is not active here.
//   R1. A call follows the actor's holder, at most MAX_MOVES times; an actor that nobody has is placed by its policy.
//   R2. What surely did not run is tried again until its deadline; what may have run only if that is harmless: read-only, with a key, or durable.
//      Finding out where it is may take no longer than the call has.
//   R3. Where an actor is, is a hint (LocationCache); who owns it, its row alone says.
//   R4. Without a lease of its own a silo goes on looking for another one that takes the call; where it is the place itself, the call waits for the lease
//       (`deliverHere`). A silo that stops looks no more.
import type { ActorDirectory } from '../../directory/actor-directory.js';
import type { LocationCache } from '../../directory/location-cache.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { LinkLostError, SiloUnavailableError, StaleEpochError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation, Member, Membership } from '../../protocol/ports/index.js';
import type { CallWatch } from '../links/call-watch.js';
import { isConnectionRefused } from '../links/connection-refused.js';
import { Moved } from '../links/moved.js';
import { isNotSent } from '../links/not-sent.js';
import { CallChain } from '../turns/call-chain.js';
import { runOutsideTurns } from '../../sdk/context/turn-scope.js';
import { inTime, pauseBeforeRetry } from './call-patience.js';
import type { ChainTable } from './chain-table.js';
import type { Placing } from './placing.js';

const MAX_MOVES = 3;
const NOBODY: ReadonlySet<Incarnation> = new Set();
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/** The way to other silos. */
export interface PeerLinks {
  /** Asks another silo itself. */
  ask(to: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown>;
  /** Rejects with `Moved`, with `notSent`, with `LinkLostError` when nobody knows whether it ran, or with what the method threw; with a `watch`, it is asked instead. */
  invoke(to: Member, envelope: Envelope, watch?: CallWatch): Promise<unknown>;
}

export interface ClusterRouterParts {
  readonly membership: Membership;
  readonly directory: ActorDirectory;
  readonly locations: LocationCache;
  readonly links: PeerLinks;
  readonly chains: ChainTable;
  readonly placing: Placing;
  readonly clock: Clock;
  isReadOnly(envelope: Envelope): boolean;
  /** This silo takes no calls any more but those that its running turns need. */
  isStopping(): boolean;
  /** Nobody listens at that silo's address. */
  readonly onRefused: (incarnation: Incarnation) => void;
  /** Delivers to this silo, which activates the actor if it can; rejects with `Moved` when another one has it. */
  readonly deliverHere: (envelope: Envelope) => Promise<unknown>;
}

type Place = Member | 'here';

export class ClusterRouter implements CallWatch {
  constructor(private readonly parts: ClusterRouterParts) {}

  /** Where the actor was last seen, if that was another silo. */
  lastSeen(id: ActorId): Incarnation | undefined {
    return this.parts.locations.get(id);
  }

  /** The other silo that has the actor, if one that lives has. */
  async holderOf(id: ActorId): Promise<Member | undefined> {
    const place = await this.placeOf(id);
    return place === 'here' ? undefined : place;
  }

  /** Asks another silo about one of its actors. */
  ask(to: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown> {
    return this.parts.links.ask(to, topic, body, timeoutMs);
  }

  /** Calls the actor wherever it is; it is not active here. `deliverHere` is asked when this silo turns out to be the place. */
  route(envelope: Envelope, deliverHere = this.parts.deliverHere): Promise<unknown> {
    const place = deliverHere === this.parts.deliverHere ? this.lastPlace(envelope.target) : undefined;
    if (!place) return this.seek(envelope, deliverHere, undefined, undefined);
    // Nearly all calls: they go to where the actor was, and nobody stands between their caller and the answer.
    if (envelope.chain instanceof CallChain) this.parts.chains.hold(envelope.chain);
    if (envelope.answered) envelope.answered.silo = place.siloId;
    return this.parts.links.invoke(place, envelope, this);
  }

  ended({ chain }: Envelope): void {
    if (chain instanceof CallChain) this.parts.chains.letGo(chain);
  }

  failed(place: Member, envelope: Envelope, error: unknown): Promise<unknown> {
    if (envelope.answered) envelope.answered.silo = undefined;
    // Whoever ends the call, it goes on by itself.
    return runOutsideTurns(() => this.seek(envelope, this.parts.deliverHere, place, Promise.reject(error as Error)));
  }

  /** `tried`: what came of a first attempt, at `next`. */
  private async seek(envelope: Envelope, deliverHere: ClusterRouterParts['deliverHere'], next: Place | undefined, tried: Promise<never> | undefined): Promise<unknown> {
    // Made at the first refusal: nearly all calls meet none.
    let refused: ReadonlySet<Incarnation> = NOBODY;
    let moves = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      let place = next ?? this.lastPlace(envelope.target) ?? this.find(envelope, refused);
      next = undefined;
      // The store may not answer: nobody waits for it longer than for the call.
      if (place instanceof Promise) place = await inTime(place, envelope, this.parts.clock);
      try {
        return await (tried ?? (place === 'here' ? deliverHere(envelope) : this.callAt(place, envelope)));
      } catch (error) {
        tried = undefined;
        if (place !== 'here') this.parts.locations.drop(envelope.target, place.incarnation);
        // R1. Whoever is told of a holder goes there at once.
        if (this.isToldBetter(error, envelope) && ++moves <= MAX_MOVES) continue;
        if (this.isSentBack(error) && ++moves <= MAX_MOVES) {
          next = 'here';
          continue;
        }
        refused = this.goOn(place, error, envelope, refused);
        await this.pause(pauseMs, envelope, error);
      }
    }
  }

  /** Who has refused the call by now. Throws the error when it may have run and must not run again. */
  private goOn(place: Place, error: unknown, envelope: Envelope, refused: ReadonlySet<Incarnation>): ReadonlySet<Incarnation> {
    if (place === 'here') {
      if (!(error instanceof Moved)) throw error;
      if (this.parts.isStopping()) throw this.stopping(envelope, error);
      return refused;
    }
    if (error instanceof Moved) return new Set([...refused, place.incarnation]);
    if (!this.mayRepeat(error, envelope)) throw error;
    if (envelope.durable && !isNotSent(error)) envelope.durable.isRepeated = true;
    if (isConnectionRefused(error)) this.parts.onRefused(place.incarnation);
    return refused;
  }

  private async callAt(place: Member, envelope: Envelope): Promise<unknown> {
    const { links, chains, locations } = this.parts;
    const { chain } = envelope;
    if (!(chain instanceof CallChain)) return this.remember(await links.invoke(place, envelope), locations, envelope, place);
    chains.goOut(chain);
    try {
      return this.remember(await links.invoke(place, envelope), locations, envelope, place);
    } finally {
      chains.comeBack(chain);
    }
  }

  private remember<T>(value: T, locations: LocationCache, { target, answered }: Envelope, { incarnation, siloId }: Member): T {
    if (locations.get(target) !== incarnation) locations.set(target, incarnation);
    if (answered) answered.silo = siloId;
    return value;
  }

  /** R3. */
  private lastPlace(target: ActorId): Member | undefined {
    const { locations, membership } = this.parts;
    const seen = locations.get(target);
    if (seen === undefined || seen === membership.incarnation) return undefined;
    const member = this.peer(seen);
    if (!member) locations.drop(target, seen);
    return member;
  }

  private find(envelope: Envelope, refused: ReadonlySet<Incarnation>): Place | Promise<Place> {
    const chosen = this.parts.placing.choose(envelope, refused);
    // Claiming it here says who has it, in the same round trip.
    return chosen === 'here' ? chosen : this.findHolder(envelope, chosen, refused);
  }

  private async findHolder({ target }: Envelope, choosing: Place | Promise<Place>, refused: ReadonlySet<Incarnation>): Promise<Place> {
    const chosen = await choosing;
    if (chosen === 'here') return chosen;
    const place = await this.placeOf(target);
    if (place === 'here') return place;
    if (!place || refused.has(place.incarnation)) return chosen;
    this.parts.locations.set(target, place.incarnation);
    return place;
  }

  /** Which silo that lives its row names: this one, too, when it could not give the actor up in good order. */
  private async placeOf(id: ActorId): Promise<Place | undefined> {
    const { directory, membership } = this.parts;
    const holder = await directory.lookup(id);
    if (holder?.incarnation === membership.incarnation) return 'here';
    if (!holder || !(await directory.isAlive(holder.incarnation))) return undefined;
    return this.peer(holder.incarnation);
  }

  private peer(incarnation: Incarnation): Member | undefined {
    return this.parts.membership.peers.find((member) => member.incarnation === incarnation);
  }

  private isToldBetter(error: unknown, { target }: Envelope): boolean {
    const holder = error instanceof Moved ? error.holder : undefined;
    if (!holder || holder.incarnation === this.parts.membership.incarnation) return false;
    this.parts.locations.set(target, holder.incarnation);
    return true;
  }

  /** The other silo says that this one has it. */
  private isSentBack(error: unknown): boolean {
    return error instanceof Moved && error.holder?.incarnation === this.parts.membership.incarnation;
  }

  /** R2. */
  private mayRepeat(error: unknown, envelope: Envelope): boolean {
    if (isNotSent(error)) return true;
    if (!(error instanceof LinkLostError || error instanceof StaleEpochError)) return false;
    return envelope.idempotencyKey !== undefined || (envelope.durable !== undefined && !envelope.durable.isNested) || this.parts.isReadOnly(envelope);
  }

  /** Waits before the next try; rejects when there is to be none. */
  private async pause(ms: number, envelope: Envelope, reason: unknown): Promise<void> {
    await pauseBeforeRetry(ms, envelope, this.parts.clock, reason);
    // R4. Turns that run while it stops still reach others, as long as it is a member.
    if (this.parts.isStopping() && !this.parts.membership.mayAccept) throw this.stopping(envelope, reason);
  }

  private stopping({ target, method }: Envelope, cause: unknown): SiloUnavailableError {
    return new SiloUnavailableError(`${printEntityId(target)}.${method}: this silo is stopping; the call did not run`, { cause });
  }
}
