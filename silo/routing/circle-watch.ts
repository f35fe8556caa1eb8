// CircleWatch. Owns: the search for circles of waiting calls that go through several silos.
//   W1. It looks only while calls here have waited for a while for chains whose calls of other silos are under way from here: every such circle
//       has one on each of its silos.
//   W2. A circle counts when two looks in a row find the same calls in it: what the silos say was not said at one instant.
//   W3. The youngest call of a circle is given up by its own silo; every silo of the circle comes to the same.
//   W4. A look costs as much as is said of the calls, and that is bounded. A circle beyond the bounds is found when those before it have left.
import { CallCycleError } from '../../protocol/errors/index.js';
import type { Clock, Logger, Member, Membership, TimerHandle } from '../../protocol/ports/index.js';
import type { CallChain } from '../turns/call-chain.js';
import type { PendingCall } from '../turns/pending-call.js';
import type { ChainTable } from './chain-table.js';
import { withServices, type ServicePermits } from './service-waits.js';
import { WaitGraph, youngest } from './wait-circles.js';
import { describeWait, holdersOf, MAX_WAITS, waitsOf, type WaitingCall } from './wait-report.js';

const LOOK_EVERY_MS = 250;
const ANSWER_LIMIT_MS = 500;
/** W4, of all other silos together. */
const MAX_OTHERS = 20_000;
/** W4: edges that may be walked before circles are looked for through one call of each knot only. */
const MAX_STEPS = 200_000;

export interface CircleWatchParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly membership: Membership;
  readonly chains: ChainTable;
  /** The waits of another silo, as its `report` gives them. */
  ask(silo: Member, timeoutMs: number): Promise<unknown>;
  readonly services?: WatchedServices | undefined;
}

/** What the watch needs to know of services. */
export interface WatchedServices {
  /** Who has this silo's permits. */
  permits(): readonly ServicePermits[];
  /** The same of another silo. */
  ask(silo: Member, timeoutMs: number): Promise<unknown>;
  /** The chains of the turns that have this silo's permits, all or those of one service, where none is free. */
  holders(service?: string): readonly CallChain[];
  /** How many silos host it. */
  hostsOf(service: string): number;
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
    const isLate = (call: PendingCall): boolean => call.mailbox?.chainOfSteps === undefined && call.queuedAtMs <= sinceMs && (this.mayStandStill(call) || holdersOf(call).some((chain) => chains.isOut(chain)));
    const isWaiting = chains.size > 0 && membership.peers.length > 0 && this.waits().some(isLate);
    if (!isWaiting) return this.suspected.clear();
    const others = await this.askAll<WaitingCall>((peer) => this.parts.ask(peer, ANSWER_LIMIT_MS));
    // What waits here now, not when the others were asked.
    const waits = this.waits();
    const calls = await this.withServices([...waits.map((call) => describeWait(call, membership.incarnation)), ...others]);
    const own = new Map(waits.map((call, at) => [calls[at]!, call] as const));
    const found = new Set<string>();
    for (const circle of circlesOf(own, new WaitGraph(calls))) {
      const name = circle.map(({ id }) => id).sort().join();
      found.add(name);
      if (this.suspected.has(name)) giveUp(own.get(circle[0]!)!, circle);
    }
    this.suspected = found;
  }

  /** It stands in a service's line, and no turn that has a permit here runs on by itself. */
  private mayStandStill({ mailbox }: PendingCall): boolean {
    const { services, chains } = this.parts;
    const service = mailbox?.service;
    return service !== undefined && (services?.holders(service).every((chain) => (chain.waiting?.size ?? 0) > 0 || chains.isOut(chain)) ?? false);
  }

  /** Nearly always none of the calls stands in a service's line, and nobody is asked. */
  private async withServices(calls: readonly WaitingCall[]): Promise<readonly WaitingCall[]> {
    const { services } = this.parts;
    if (!services || !calls.some(({ service }) => service !== undefined)) return calls;
    const others = await this.askAll<ServicePermits>((peer) => services.ask(peer, ANSWER_LIMIT_MS));
    return withServices(calls, [...services.permits(), ...others], (service) => services.hostsOf(service));
  }

  private async askAll<Said>(ask: (peer: Member) => Promise<unknown>): Promise<readonly Said[]> {
    const { membership, log } = this.parts;
    const { peers } = membership;
    const answers = await Promise.allSettled(peers.map(ask));
    const most = Math.min(MAX_WAITS, Math.ceil(MAX_OTHERS / peers.length));
    return answers.flatMap((answer) => {
      if (answer.status === 'fulfilled') return (answer.value as readonly Said[]).slice(0, most);
      log.debug({ err: answer.reason as unknown }, 'a silo did not say what waits there');
      return [];
    });
  }

  private waits(): readonly PendingCall[] {
    const { chains, services } = this.parts;
    return waitsOf(services ? [...services.holders(), ...chains.all()] : chains.all());
  }
}

/** W3: those whose youngest is an own call, beginning with it. Through the youngest call of a knot there is such a circle. */
function* circlesOf(own: ReadonlyMap<WaitingCall, PendingCall>, graph: WaitGraph): Generator<readonly WaitingCall[]> {
  const later: (() => readonly WaitingCall[])[] = [];
  for (const knot of graph.knots()) {
    const last = youngest(knot.calls);
    if (own.has(last)) yield graph.circleThrough(last, knot);
    for (const call of knot.calls) if (call !== last && own.has(call)) later.push(() => graph.circleThrough(call, knot));
  }
  for (const find of later) {
    if (graph.steps > MAX_STEPS) return;
    const circle = find();
    if (circle.length > 0 && youngest(circle) === circle[0]) yield circle;
  }
}

/** W3. */
function giveUp(call: PendingCall, circle: readonly WaitingCall[]): void {
  // Another one's end has let it go on.
  if (!call.mailbox) return;
  const names = circle.map(({ target }) => target);
  names.push(names[0]!);
  call.mailbox.withdraw(call);
  call.fail(new CallCycleError(`the call would wait for itself: ${names.join(' → ')}; it did not run`, { cycle: names }));
}
