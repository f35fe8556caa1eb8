// ClusterRouter. Owns: on which silo a call goes on whose actor is not active here.
//   R1. A call follows the actor's holder, at most MAX_MOVES times; an actor that nobody has is placed by its policy.
//   R2. What surely did not run is tried again until its deadline; what may have run only if that is harmless: read-only, or with a key.
//      Finding out where it is may take no longer than the call has.
//   R3. Where an actor is, is a hint (LocationCache); who owns it, its row alone says.
import type { ActorDirectory } from '../../directory/actor-directory.js';
import type { LocationCache } from '../../directory/location-cache.js';
import { printEntityId, type ActorId } from '../../protocol/actor-id.js';
import type { Envelope } from '../../protocol/envelope.js';
import { CallTimeoutError, CancelledError, LinkLostError, SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation, Member, Membership } from '../../protocol/ports/index.js';
import { Moved } from '../links/moved.js';
import { isNotSent } from '../links/not-sent.js';
import { CallChain } from '../turns/call-chain.js';
import type { ChainTable } from './chain-table.js';
import type { Placing } from './placing.js';

const MAX_MOVES = 3;
const FIRST_PAUSE_MS = 50;
const ASK_TIMEOUT_MS = 15_000;
const LONGEST_PAUSE_MS = 250;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The way to other silos. */
export interface PeerLinks {
  /** Asks another silo itself. */
  ask(to: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown>;
  /** Rejects with `Moved`, with `notSent`, with `LinkLostError` when nobody knows whether it ran, or with what the method threw. */
  invoke(to: Member, envelope: Envelope): Promise<unknown>;
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
  /** Delivers to this silo, which activates the actor if it can. */
  deliverHere(envelope: Envelope): Promise<unknown>;
}

type Place = Member | 'here';

export class ClusterRouter {
  constructor(private readonly parts: ClusterRouterParts) {}

  /** Where the actor was last seen, if that was another silo. */
  lastSeen(id: ActorId): Incarnation | undefined {
    return this.parts.locations.get(id);
  }

  /** The actor turned out to be there. */
  sawAt(id: ActorId, incarnation: Incarnation): void {
    this.parts.locations.set(id, incarnation);
  }

  /** The other silo that has the actor, if one that lives has. */
  async holderOf(id: ActorId): Promise<Member | undefined> {
    const place = await this.placeOf(id);
    return place === 'here' ? undefined : place;
  }

  /** Asks another silo about one of its actors. */
  ask(to: Member, topic: string, body: unknown): Promise<unknown> {
    return this.parts.links.ask(to, topic, body, ASK_TIMEOUT_MS);
  }

  /** Calls the actor wherever it is; it is not active here. `deliverHere` is asked when this silo turns out to be the place. */
  async route(envelope: Envelope, deliverHere = (same: Envelope): Promise<unknown> => this.parts.deliverHere(same)): Promise<unknown> {
    const refused = new Set<Incarnation>();
    let moves = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      let place = this.lastPlace(envelope.target) ?? this.find(envelope, refused);
      if (place instanceof Promise) place = await this.inTime(place, envelope);
      if (place === 'here') return deliverHere(envelope);
      try {
        return await this.callAt(place, envelope);
      } catch (error) {
        this.parts.locations.drop(envelope.target, place.incarnation);
        // R1. Whoever is told of a holder goes there at once.
        if (this.isToldBetter(error, envelope) && ++moves <= MAX_MOVES) continue;
        if (error instanceof Moved && error.holder?.incarnation === this.parts.membership.incarnation) return deliverHere(envelope);
        if (error instanceof Moved) refused.add(place.incarnation);
        else if (!this.mayRepeat(error, envelope)) throw error;
        if (isConnectionRefused(error)) this.parts.membership.suspect(place.incarnation);
        await this.pause(pauseMs, envelope, error);
      }
    }
  }

  private async callAt(place: Member, envelope: Envelope): Promise<unknown> {
    const { links, chains, locations } = this.parts;
    const { chain } = envelope;
    if (!(chain instanceof CallChain)) return this.remember(await links.invoke(place, envelope), locations, envelope, place);
    chains.hold(chain);
    try {
      return this.remember(await links.invoke(place, envelope), locations, envelope, place);
    } finally {
      chains.letGo(chain);
    }
  }

  private remember<T>(value: T, locations: LocationCache, { target }: Envelope, { incarnation }: Member): T {
    if (locations.get(target) !== incarnation) locations.set(target, incarnation);
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

  /** R2. */
  private mayRepeat(error: unknown, envelope: Envelope): boolean {
    if (isNotSent(error)) return true;
    if (!(error instanceof LinkLostError)) return false;
    return envelope.idempotencyKey !== undefined || this.parts.isReadOnly(envelope);
  }

  /** Waits before the next try; rejects when that would be past the deadline, or the caller gave up. */
  private async pause(ms: number, envelope: Envelope, reason: unknown): Promise<void> {
    const { clock, membership } = this.parts;
    await this.inTime(new Promise<void>((resolve) => void clock.setTimer(resolve, ms)), envelope, reason);
    if (!membership.mayAccept) throw new SiloUnavailableError(`${nameOf(envelope)}: this silo lost its lease; the call did not run`, { cause: reason });
  }

  /** What `work` comes to, until the call's deadline or its caller's word. */
  private inTime<T>(work: Promise<T>, envelope: Envelope, reason?: unknown): Promise<T> {
    const { signal, timeoutMs, deadlineMs } = envelope;
    const leftMs = Math.max(0, Math.min(LONGEST_TIMER_MS, deadlineMs - this.parts.clock.monotonicMs()));
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', cancel);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const cancel = (): void => fail(new CancelledError(`${nameOf(envelope)}: cancelled by its caller`, { cause: signal?.reason }));
      const expire = (): void => fail(new CallTimeoutError(`${nameOf(envelope)}: no silo took it within ${timeoutMs} ms`, { timeoutMs, cause: reason }));
      const timer = this.parts.clock.setTimer(expire, leftMs);
      signal?.addEventListener('abort', cancel, { once: true });
      work.then((value) => {
        end();
        resolve(value);
      }, fail);
      if (signal?.aborted) cancel();
    });
  }
}

function nameOf({ target, method }: Envelope): string {
  return `${printEntityId(target)}.${method}`;
}

/** Nobody listens there: the process is gone, or not what it was. */
function isConnectionRefused(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 4; each = each.cause, depth++) {
    if ((each as { readonly code?: string }).code === 'ECONNREFUSED') return true;
  }
  return false;
}
