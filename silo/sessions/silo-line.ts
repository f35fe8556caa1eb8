// SiloLine: what one silo says to another about clients and subscriptions, beside calls. In order, as long as the link lives.
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { Clock, Incarnation, Member, Membership } from '../../protocol/ports/index.js';

const ASK_TIMEOUT_MS = 15_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** Asks another silo on the control lane. */
export interface ControlLinks {
  ask(to: Member, topic: string, body: unknown, timeoutMs: number): Promise<unknown>;
}

export class SiloLine {
  /** Set once when this silo has others beside it. */
  links: ControlLinks | undefined;
  isStopped = false;

  constructor(readonly siloId: string, private readonly membership: Membership, private readonly clock: Clock) {}

  get self(): Incarnation {
    return this.membership.incarnation;
  }

  isUp(incarnation: Incarnation): boolean {
    return incarnation === this.self || this.membership.statusOf(incarnation) === 'up';
  }

  isDead(incarnation: Incarnation): boolean {
    return incarnation !== this.self && this.membership.statusOf(incarnation) === 'dead';
  }

  /** Resolves when this silo knows of the other one; rejects with `SiloUnavailableError` when that is not up. */
  async meet(incarnation: Incarnation): Promise<void> {
    if (this.isUp(incarnation)) return;
    if (this.membership.statusOf(incarnation) === 'unknown') await this.membership.refresh();
    if (!this.isUp(incarnation)) throw new SiloUnavailableError(`the silo that asks (${incarnation}) is not up`);
  }

  /** Handed to the link in this stack. Rejects with `SiloUnavailableError` when that silo is not up, and as `LinkPool.ask`. */
  ask(incarnation: Incarnation, topic: string, body: unknown): Promise<unknown> {
    const member = this.membership.peers.find((peer) => peer.incarnation === incarnation);
    if (!member || !this.links) return Promise.reject(new SiloUnavailableError(`${topic}: silo ${incarnation} is not up`));
    return this.links.ask(member, topic, body, ASK_TIMEOUT_MS);
  }

  /** As `ask`, again and again until it is heard. False: that silo is dead, or this one stops. */
  async askUntilHeard(incarnation: Incarnation, topic: string, body: unknown): Promise<boolean> {
    for (let pauseMs = FIRST_PAUSE_MS; this.isUp(incarnation); pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const isHeard = await this.ask(incarnation, topic, body).then(() => true, () => false);
      if (isHeard) return true;
      if (this.isStopped) return false;
      await this.pause(pauseMs);
    }
    return false;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(resolve, ms));
  }

  /** Nothing is asked again. */
  stop(): void {
    this.isStopped = true;
  }
}
