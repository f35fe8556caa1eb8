// Suspicion. Owns: finding out whether silos whose connections broke or were refused are still there. Does not own: their death (Membership).
//   S1. Whoever finds that nobody listens at a silo's address votes for its death, and asks two others to look for themselves: two votes are a
//       death at once (protocol.md §4). A silo that answers, or only is slow, is left to its heartbeat.
//   S2. A silo is looked for once at a time, and at most `MAX_LOOKS` times in a row.
// Asking others to look is the indirect probe of SWIM (Das, Gupta, Motivala, 2002); here it confirms a refusal, not a silence.
import type { Clock, Incarnation, Logger, Member, Membership } from '../protocol/ports/index.js';
import { isConnectionRefused } from './links/connection-refused.js';
import type { ControlLinks } from './sessions/silo-line.js';

export interface SuspicionParts {
  readonly membership: Membership;
  readonly links: ControlLinks;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

/** What silos ask each other: whether it is there, and to look whether another one is. */
const [PRESENT, LOOK] = ['present', 'look'];
const ASKED = 2;
const MAX_LOOKS = 3;
const PAUSE_MS = 100;
const ANSWER_MS = 1000;

export class Suspicion {
  private readonly checking = new Set<Incarnation>();
  private readonly looking = new Map<Incarnation, Promise<boolean>>();
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

  /** What another silo asks about it; `undefined` when it asks something else. To look resolves with true when nobody listens there. */
  answer(topic: string, body: unknown): Promise<boolean> | undefined {
    if (topic === PRESENT) return Promise.resolve(true);
    if (topic !== LOOK) return undefined;
    const member = this.peer(String(body));
    return member && !this.isStopped ? this.look(member) : Promise.resolve(!member);
  }

  stop(): void {
    this.isStopped = true;
  }

  /** S1. */
  private async lookTogether(member: Member): Promise<void> {
    const { incarnation } = member;
    for (let looks = 0; looks < MAX_LOOKS && !this.isStopped; looks++) {
      if (looks > 0) await this.pause();
      if (!(await this.look(member))) return;
      await Promise.all(this.others(incarnation).map((other) => this.ask(other, LOOK, incarnation).catch(() => undefined)));
      await this.parts.membership.refresh();
      if (!this.peer(incarnation)) return;
    }
  }

  /** S2. True, and a vote, when nobody listens there. It waits for no other silo's look: they may wait for this one's. */
  private look(member: Member): Promise<boolean> {
    const { incarnation } = member;
    let looking = this.looking.get(incarnation);
    if (!looking) {
      looking = this.lookOnce(member).finally(() => this.looking.delete(incarnation));
      this.looking.set(incarnation, looking);
    }
    return looking;
  }

  private async lookOnce(member: Member): Promise<boolean> {
    const isGone = await this.ask(member, PRESENT, undefined).then(() => false, isConnectionRefused);
    if (isGone) await this.parts.membership.suspect(member.incarnation);
    return isGone;
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
