// CircleWatch. Owns: the search for circles of waiting calls that go through several silos.
//   W1. It looks only while chains that are on other silos, too, have calls here that have waited for a while: every such circle has one on each
//       of its silos.
//   W2. A circle counts when two looks in a row find the same calls in it: what the silos say was not said at one instant.
//   W3. The youngest call of a circle is given up by its own silo; every silo of the circle comes to the same.
import { CallCycleError } from '../../protocol/errors/index.js';
import type { Clock, Logger, Member, Membership, TimerHandle } from '../../protocol/ports/index.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { ChainTable } from './chain-table.js';
import { findCircle, youngest } from './wait-circles.js';
import { describeWait, waitsOf, type WaitingCall } from './wait-report.js';

const LOOK_EVERY_MS = 250;
const ANSWER_LIMIT_MS = 500;

export interface CircleWatchParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly membership: Membership;
  readonly chains: ChainTable;
  /** The waits of another silo, as its `report` gives them. */
  ask(silo: Member, timeoutMs: number): Promise<unknown>;
}

export class CircleWatch {
  private timer: TimerHandle | undefined;
  private isStopped = false;
  private suspected = new Set<string>();

  constructor(private readonly parts: CircleWatchParts) {}

  start(): void {
    this.arm();
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  /** What waits here, for another silo that looks for circles. */
  report(): readonly WaitingCall[] {
    return this.waits().map((call) => describeWait(call, this.parts.membership.incarnation));
  }

  private arm(): void {
    if (this.isStopped) return;
    this.timer = this.parts.clock.setTimer(() => void this.lookOrLog().finally(() => this.arm()), LOOK_EVERY_MS);
  }

  /** What another silo says may be anything: it must not end the process. */
  private async lookOrLog(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.parts.log.error({ err: error }, 'the search for circles of waiting calls failed');
    }
  }

  /** W1. */
  private async look(): Promise<void> {
    const { chains, clock, membership } = this.parts;
    const sinceMs = clock.now() - LOOK_EVERY_MS;
    const isWaiting = chains.size > 0 && this.waits().some(({ queuedAtMs }) => queuedAtMs <= sinceMs);
    if (!isWaiting || membership.peers.length === 0) return this.suspected.clear();
    const others = await this.askAll();
    // What waits here now, not when the others were asked.
    const waits = this.waits();
    const own = new Map(waits.map((call) => [describeWait(call, membership.incarnation), call] as const));
    const all = [...own.keys(), ...others];
    const found = new Set<string>();
    for (const [said, call] of own) {
      const circle = findCircle(said, all);
      if (!circle || youngest(circle).id !== said.id) continue;
      const name = circle.map(({ id }) => id).sort().join();
      found.add(name);
      if (this.suspected.has(name)) giveUp(call, circle);
    }
    this.suspected = found;
  }

  private async askAll(): Promise<readonly WaitingCall[]> {
    const { membership, log } = this.parts;
    const answers = await Promise.allSettled(membership.peers.map((peer) => this.parts.ask(peer, ANSWER_LIMIT_MS)));
    return answers.flatMap((answer) => {
      if (answer.status === 'fulfilled') return answer.value as readonly WaitingCall[];
      log.debug({ err: answer.reason as unknown }, 'a silo did not say what waits there');
      return [];
    });
  }

  private waits(): readonly PendingCall[] {
    return waitsOf(this.parts.chains.all());
  }
}

/** W3. */
function giveUp(call: PendingCall, circle: readonly WaitingCall[]): void {
  const names = circle.map(({ target }) => target);
  names.push(names[0]!);
  call.mailbox?.withdraw(call);
  call.fail(new CallCycleError(`the call would wait for itself: ${names.join(' → ')}; it did not run`, { cycle: names }));
}
