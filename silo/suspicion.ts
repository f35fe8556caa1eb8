// Suspicion. Owns: finding out whether silos whose connections broke or were refused are still there. Does not own: their death (Membership).
//   S1. A refused connection is a vote only once another silo, asked, was refused too; one that reaches the silo ends the suspicion. Two votes are
//       a death at once (protocol.md §4). A silo that is slow, or whose machine says nothing, is left to its heartbeat.
//   S2. Every vote is for the counter as it stood before its own silo was refused: a beat since then makes it void.
//   S3. Who is refused by two silos at once doubts itself, and votes by nobody's refusal: their silence has to decide.
//   S4. A silo is looked for once at a time, and at most `MAX_LOOKS` times in a row.
// Asking others to look is the indirect probe of SWIM (Das, Gupta, Motivala, 2002); doubting oneself first is Lifeguard's (Dadgar, Phillips, Currey, 2018).
import type { Clock, Incarnation, Logger, Member, Membership, Sighting } from '../protocol/ports/index.js';
import { isConnectionRefused } from './links/connection-refused.js';
import type { ControlLinks } from './sessions/silo-line.js';

/** The ways to another silo. */
export interface SuspicionLinks extends ControlLinks {
  isLinked(incarnation: Incarnation): boolean;
  dial(to: Member): Promise<void>;
}

export interface SuspicionParts {
  readonly membership: Membership;
  readonly links: SuspicionLinks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

type Finding = 'reached' | 'refused' | 'unknown';

/** This silo was refused. */
interface Refusal {
  readonly sighting: Sighting;
  readonly atMs: number;
}

/** What silos ask each other: whether it is there, whether another one can be reached, and to vote by what they found. */
const [PRESENT, LOOK, VOTE] = ['present', 'look', 'vote'];
const ASKED = 2;
const MAX_LOOKS = 3;
const PAUSE_MS = 100;
const ANSWER_MS = 1000;
/** How long a refusal speaks: as long as a silence does (protocol.md §4). */
const REFUSAL_MS = 2000;

export class Suspicion {
  private readonly checking = new Set<Incarnation>();
  private readonly looking = new Map<Incarnation, Promise<Finding>>();
  private readonly refusals = new Map<Incarnation, Refusal>();
  private isStopped = false;

  constructor(private readonly parts: SuspicionParts) {}

  /** Its connection broke, or was refused. */
  check(incarnation: Incarnation): void {
    const member = this.peer(incarnation);
    if (!member || this.isStopped || this.checking.has(incarnation)) return;
    this.checking.add(incarnation);
    this.lookTogether(member)
      .catch((error: unknown) => this.parts.log.warn({ err: error, peer: member.siloId }, 'whether a silo is still there could not be found out'))
      .finally(() => this.checking.delete(incarnation));
  }

  /** What another silo asks about it; `undefined` when it asks something else. */
  answer(topic: string, body: unknown): Promise<unknown> | undefined {
    if (topic === PRESENT) return Promise.resolve(true);
    if (topic !== LOOK && topic !== VOTE) return undefined;
    const member = this.peer(String(body));
    if (!member || this.isStopped) return Promise.resolve('unknown');
    return topic === LOOK ? this.look(member) : this.vote(member.incarnation);
  }

  stop(): void {
    this.isStopped = true;
  }

  /** S1. */
  private async lookTogether(member: Member): Promise<void> {
    const { incarnation } = member;
    for (let looks = 0; looks < MAX_LOOKS && !this.isStopped && this.peer(incarnation); looks++) {
      if (looks > 0) await this.pause();
      if ((await this.look(member)) !== 'refused') return;
      const asked = this.others(incarnation);
      const findings = await Promise.all(asked.map((other) => this.ask(other, LOOK, incarnation).catch(() => 'unknown')));
      if (findings.includes('reached')) return;
      const confirmers = asked.filter((_, at) => findings[at] === 'refused');
      if (confirmers.length === 0) continue;
      await Promise.all([this.vote(incarnation), ...confirmers.map((other) => this.ask(other, VOTE, incarnation).catch(() => undefined))]);
      await this.parts.membership.refresh();
    }
  }

  /** S4. It waits for no other silo's look: they may wait for this one's. */
  private look(member: Member): Promise<Finding> {
    const { incarnation } = member;
    let looking = this.looking.get(incarnation);
    if (!looking) {
      looking = this.lookOnce(member).finally(() => this.looking.delete(incarnation));
      this.looking.set(incarnation, looking);
    }
    return looking;
  }

  /** S2. */
  private async lookOnce(member: Member): Promise<Finding> {
    const { membership, links } = this.parts;
    const { incarnation } = member;
    this.refusals.delete(incarnation);
    const sighting = await membership.sight(incarnation);
    if (links.isLinked(incarnation) && (await this.ask(member, PRESENT, undefined).then(() => true, () => false))) return 'reached';
    const finding = await links.dial(member).then(() => 'reached' as const, (error: unknown) => (isConnectionRefused(error) ? 'refused' : 'unknown'));
    if (finding !== 'refused' || !sighting) return finding === 'refused' ? 'unknown' : finding;
    this.refusals.set(incarnation, { sighting, atMs: this.parts.clock.monotonicMs() });
    return 'refused';
  }

  private async vote(incarnation: Incarnation): Promise<void> {
    const refusal = this.refusals.get(incarnation);
    if (refusal && !this.doubtsItself(incarnation)) await this.parts.membership.suspect(refusal.sighting);
  }

  /** S3. */
  private doubtsItself(incarnation: Incarnation): boolean {
    const sinceMs = this.parts.clock.monotonicMs() - REFUSAL_MS;
    for (const [refused, { atMs }] of this.refusals) if (atMs < sinceMs || !this.peer(refused)) this.refusals.delete(refused);
    return [...this.refusals.keys()].some((refused) => refused !== incarnation);
  }

  private ask(to: Member, topic: string, body: unknown): Promise<unknown> {
    return this.parts.links.ask(to, topic, body, ANSWER_MS);
  }

  private peer(incarnation: Incarnation): Member | undefined {
    return this.parts.membership.peers.find((member) => member.incarnation === incarnation);
  }

  /** By chance: of many silos that miss the same one, each asks others. */
  private others(incarnation: Incarnation): readonly Member[] {
    const others = this.parts.membership.peers.filter((member) => member.incarnation !== incarnation);
    const chosen: Member[] = [];
    while (chosen.length < ASKED && others.length > 0) chosen.push(...others.splice(Math.floor(this.parts.random() * others.length), 1));
    return chosen;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.parts.clock.setTimer(resolve, PAUSE_MS));
  }
}
