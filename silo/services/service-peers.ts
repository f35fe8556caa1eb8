// ServicePeers. Owns: what this silo knows of the other silos that host one service: how many of its own calls are there, and who is full.
//   R1. A call goes to another silo only while that may have a permit: it is not known to be full, and has fewer of this silo's calls than it
//       has permits.
//   R2. Whoever is full is asked to tell when it is not; once, and again only when it may have forgotten.
import type { Incarnation, Member } from '../../protocol/ports/index.js';

interface PeerState {
  member: Member;
  /** Calls of this silo that are there. */
  sent: number;
  /** It said that all its permits are taken, and has not said otherwise since. */
  isFull: boolean;
  /** It will say so. */
  isAsked: boolean;
  /** It could not be reached a moment ago. */
  isAway: boolean;
}

export type ServicePeer = Readonly<PeerState>;

export interface ServicePeersParts {
  /** The other silos that host the service now. */
  hosts(): readonly Member[];
  /** How many permits that one has, all told. */
  permitsOf(host: Member): number;
  random(): number;
}

export class ServicePeers {
  private readonly states = new Map<Incarnation, PeerState>();

  constructor(private readonly parts: ServicePeersParts) {}

  get isEmpty(): boolean {
    return this.parts.hosts().length === 0;
  }

  /** R1. The least loaded one of those that may have a permit; `undefined`: none may. */
  pick(): ServicePeer | undefined {
    return this.leastLoaded((state) => !state.isFull && !state.isAway && state.sent < this.parts.permitsOf(state.member));
  }

  /** The least loaded one that can be reached: for a call that needs no permit. */
  any(): ServicePeer | undefined {
    return this.leastLoaded(({ isAway }) => !isAway);
  }

  /** R2. */
  toBeAsked(): readonly ServicePeer[] {
    return this.current().filter(({ isFull, isAsked, isAway }) => isFull && !isAsked && !isAway);
  }

  of(incarnation: Incarnation): ServicePeer | undefined {
    return this.states.get(incarnation);
  }

  note({ member }: ServicePeer, change: Partial<Omit<PeerState, 'member' | 'sent'>>): void {
    const state = this.states.get(member.incarnation);
    if (state) Object.assign(state, change);
  }

  sent({ member }: ServicePeer): void {
    const state = this.states.get(member.incarnation);
    if (state) state.sent++;
  }

  answered({ member }: ServicePeer): void {
    const state = this.states.get(member.incarnation);
    if (state) state.sent--;
  }

  /** Whoever was asked may have forgotten. */
  doubtAll(): void {
    for (const state of this.states.values()) state.isAsked = false;
  }

  private leastLoaded(isCandidate: (state: PeerState) => boolean): PeerState | undefined {
    let best: PeerState | undefined;
    let least = Infinity;
    let ties = 0;
    for (const state of this.current()) {
      if (!isCandidate(state)) continue;
      const load = state.sent / this.parts.permitsOf(state.member) + (state.member.load?.cpu ?? 0);
      ties = load === least ? ties + 1 : load < least ? 1 : ties;
      // Among equals each has the same chance.
      if (load < least || (load === least && this.parts.random() * ties < 1)) best = state;
      least = Math.min(least, load);
    }
    return best;
  }

  /** Those that are up; what is known of others is forgotten. */
  private current(): readonly PeerState[] {
    const hosts = this.parts.hosts();
    const current = hosts.map((member) => {
      const state = this.states.get(member.incarnation) ?? { member, sent: 0, isFull: false, isAsked: false, isAway: false };
      state.member = member;
      return state;
    });
    if (hosts.length !== this.states.size || current.some((state) => !this.states.has(state.member.incarnation))) {
      this.states.clear();
      for (const state of current) this.states.set(state.member.incarnation, state);
    }
    return current;
  }
}
