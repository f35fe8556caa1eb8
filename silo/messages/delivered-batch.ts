// DeliveredBatch. Owns: the messages that one partition's batch has for one activation, until each is handled or in the inbox.
//   DB1. Those of one sender begin one after the other: the next when what the former did is on its way to the store (U5), or it waits in the inbox.
//   DB2. Those of different senders begin at once, and get their turns in the order in which they came.
//   DB3. What has no end of its turn a while after it began waits in the inbox, and so what is behind it: the queue goes on without it. What the store
//       has not answered yet would not be answered sooner there.
import type { Delivery } from '../../protocol/delivery.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import type { TimerHandle } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import type { Attempt, Attempted } from './attempt.js';
import type { Incoming } from './incoming.js';
import { senderOf } from './sender-name.js';

const PATIENCE_MS = 500;

/** One of the batch's messages, and its attempt: two that are the same share one. */
interface Begun {
  readonly lane: Lane;
  attempt: Attempt;
  isPassed: boolean;
}

/** What one sender's messages wait in. */
interface Lane {
  readonly sender: string;
  readonly deliveries: Delivery[];
  next: number;
  /** Has begun, and what is behind it must not. */
  current: Begun | undefined;
}

export class DeliveredBatch {
  private readonly lanes = new Map<string, Lane>();
  private readonly running = new Set<Begun>();
  /** Those behind which the next may begin. */
  private readonly passing: Begun[] = [];
  private timer: TimerHandle | undefined;
  /** Not begun. */
  private waiting: number;
  /** Neither handled nor in the inbox. */
  private left: number;
  private resolve!: () => void;
  private reject!: (error: unknown) => void;

  constructor(private readonly activation: Activation, private readonly incoming: Incoming, deliveries: readonly Delivery[]) {
    this.waiting = this.left = deliveries.length;
    for (const delivery of deliveries) {
      const sender = senderOf(delivery);
      const lane = this.lanes.get(sender);
      if (lane) lane.deliveries.push(delivery);
      else this.lanes.set(sender, { sender, deliveries: [delivery], next: 0, current: undefined });
    }
  }

  get senders(): readonly string[] {
    return [...this.lanes.keys()];
  }

  /** Resolves when it is done; rejects when the activation ends first, or the store does not answer. Marks of all senders are known. */
  run(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    for (const lane of this.lanes.values()) this.goOn(lane);
    if (this.left > 0) this.watch();
    else this.resolve();
    return done.finally(() => this.timer?.cancel());
  }

  /** DB1. */
  private goOn(lane: Lane): void {
    const { incoming } = this;
    const { sender } = lane;
    while (!lane.current && lane.next < lane.deliveries.length) {
      const delivery = lane.deliveries[lane.next++]!;
      this.waiting--;
      if (incoming.isHandled(sender, delivery)) {
        incoming.settle(delivery);
        this.left--;
      } else if (incoming.inbox.holdsBack(sender, delivery)) this.waitFor(incoming.inbox.park(sender, delivery));
      else this.begin(lane, delivery);
    }
    if (this.left === 0) this.resolve();
  }

  private begin(lane: Lane, delivery: Delivery): void {
    const pass = (): void => this.passLater(begun);
    const begun: Begun = { lane, attempt: undefined!, isPassed: false };
    const attempt = (begun.attempt = this.incoming.attempt(lane.sender, delivery, this.waiting > 0 ? pass : undefined));
    this.activation.services.messages.receipts.received(delivery);
    lane.current = begun;
    this.running.add(begun);
    attempt.whenEnded((outcome) => {
      // Else it is in the inbox.
      if (this.running.delete(begun)) this.ended(attempt, outcome);
      pass();
    });
  }

  /** Its lane goes on. Not in the stack in which it ends: that may be deep. */
  private passLater(begun: Begun): void {
    if (begun.isPassed) return;
    begun.isPassed = true;
    if (this.passing.push(begun) === 1) void Promise.resolve().then(this.pass);
  }

  private readonly pass = (): void => {
    for (const begun of this.passing.splice(0)) {
      const { lane } = begun;
      if (lane.current !== begun) continue;
      lane.current = undefined;
      this.goOn(lane);
    }
  };

  private ended({ sender, delivery }: Attempt, outcome: Attempted): void {
    if (outcome.status === 'handled') this.over();
    else if (outcome.status === 'failed') this.waitFor(this.incoming.inbox.park(sender, delivery, { failure: outcome.error }));
    else this.reject(new SiloUnavailableError(`${this.activation.name}: the activation ended`));
  }

  private waitFor(parked: Promise<void>): void {
    parked.then(() => this.over(), this.reject);
  }

  private over(): void {
    if (--this.left === 0) this.resolve();
  }

  /** DB3. */
  private watch(): void {
    const { clock } = this.activation.services;
    const oldest = [...this.running].find(({ attempt }) => !attempt.isSubmitted)?.attempt;
    this.timer = clock.setTimer(() => {
      const lateMs = clock.monotonicMs() - PATIENCE_MS;
      for (const begun of this.running) if (begun.attempt.begunMs <= lateMs && !begun.attempt.isSubmitted) this.goOnWithout(begun);
      this.watch();
    }, oldest ? oldest.begunMs + PATIENCE_MS - clock.monotonicMs() : PATIENCE_MS);
  }

  private goOnWithout(begun: Begun): void {
    const { lane, attempt: { sender, delivery, ended } } = begun;
    this.running.delete(begun);
    this.waitFor(this.incoming.inbox.park(sender, delivery, { running: ended }));
    if (lane.current === begun) lane.current = undefined;
    this.goOn(lane);
  }
}
