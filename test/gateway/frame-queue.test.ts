import { expect } from 'chai';
import { ClientMessage, encodeMessage, joinMessages, type WireMessage } from '../../protocol/client-wire.js';
import { RateLimitedError } from '../../protocol/errors/index.js';
import { FrameQueue } from '../../silo/gateway/frame-queue.js';
import { TimeAllowance } from '../../silo/gateway/time-allowance.js';
import { VirtualClock } from '../../silo/testing/virtual-clock.js';
import { PacedQueue } from '../../transport/paced-queue.js';

const message = (id: number): Uint8Array => encodeMessage([ClientMessage.cancel, id]);

/** A client whose messages take as long as the test says, on a clock that the test turns. */
class Subject {
  readonly handled: number[] = [];
  readonly holds: boolean[] = [];
  readonly errors: unknown[] = [];
  costMs = 0;
  /** What is known beforehand of what comes after a message. */
  expectedMs = 0;
  isBehind = false;
  readonly clock = new VirtualClock();
  readonly queue: FrameQueue;
  private readonly allowance = new TimeAllowance(50, 10, 0);
  private nowMs = 0;

  constructor(heavy: PacedQueue) {
    const { clock } = this;
    Object.assign(clock, { monotonicMs: () => this.nowMs });
    this.queue = new FrameQueue(clock, this.allowance, heavy, {
      handle: (one: WireMessage) => {
        this.handled.push(one.header[1] as number);
        this.nowMs += this.costMs;
        this.allowance.spend(this.expectedMs);
      },
      fail: (error) => void this.errors.push(error),
      hold: (isHeld) => void this.holds.push(isHeld),
      isBehind: () => this.isBehind,
    });
  }

  /** Some time without messages. */
  rest(ms: number): void {
    this.nowMs += ms;
  }
}

describe("a client's frames", () => {
  let heavy: PacedQueue;
  beforeEach(() => (heavy = new PacedQueue()));
  const allOf = (subject: Subject, count: number): Promise<void> => new Promise((resolve) => {
    const look = (): void => void (subject.handled.length < count ? setImmediate(look) : resolve());
    look();
  });

  it('are worked off at once while they cost little', () => {
    const subject = new Subject(heavy);
    for (let id = 0; id < 100; id++) subject.queue.add(message(id));
    expect(subject.handled).to.have.length(100);
    expect(heavy.length).to.equal(0);
  });

  it('are worked off a few at a time when much is expected to come of them', async () => {
    const subject = new Subject(heavy);
    subject.expectedMs = 1;
    subject.queue.add(joinMessages(Array.from({ length: 20 }, (_, id) => message(id))));
    expect(subject.handled, 'a slice of 2 ms').to.deep.equal([0, 1]);
    await allOf(subject, 20);
    expect(subject.handled).to.deep.equal(Array.from({ length: 20 }, (_, id) => id));
  });

  it('wait for their turn once the client has used up its allowance, and come all, in order', async () => {
    const subject = new Subject(heavy);
    subject.costMs = 1;
    for (let id = 0; id < 20; id++) subject.queue.add(message(id));
    // 10 ms, and what comes back in them.
    expect(subject.handled, 'within the allowance').to.have.length(11);
    expect(heavy.length, 'one piece of work, however many frames').to.equal(1);
    await allOf(subject, 20);
    expect(subject.handled).to.deep.equal(Array.from({ length: 20 }, (_, id) => id));
  });

  it('are heard at once again when the allowance has filled up', async () => {
    const subject = new Subject(heavy);
    subject.costMs = 15;
    subject.queue.add(message(1));
    subject.costMs = 0;
    await new Promise<void>((resolve) => heavy.add(resolve));
    subject.rest(1000);
    subject.queue.add(message(2));
    expect(subject.handled).to.deep.equal([1, 2]);
  });

  it('do not wait for another client that is beyond its allowance', () => {
    const [greedy, modest] = [new Subject(heavy), new Subject(heavy)];
    greedy.costMs = 50;
    greedy.queue.add(joinMessages(Array.from({ length: 100 }, (_, id) => message(id))));
    modest.queue.add(message(7));
    expect(greedy.handled).to.have.length(1);
    expect(modest.handled).to.deep.equal([7]);
  });

  it('take turns, a slice each, with those of other clients beyond their allowance', async () => {
    const [first, second] = [new Subject(heavy), new Subject(heavy)];
    for (const subject of [first, second]) {
      subject.costMs = 50;
      subject.queue.add(joinMessages([message(0), message(1), message(2)]));
    }
    const seen: string[] = [];
    for (const [name, subject] of [['first', first], ['second', second]] as const) {
      const { push } = subject.handled;
      subject.handled.push = (id: number) => (seen.push(name), push.call(subject.handled, id));
    }
    await Promise.all([allOf(first, 3), allOf(second, 3)]);
    expect(seen).to.deep.equal(['first', 'second', 'first', 'second']);
  });

  it('are left unread at the client while many wait, and read again when half are worked off', async () => {
    const subject = new Subject(heavy);
    subject.costMs = 11;
    for (let id = 0; id < 33; id++) subject.queue.add(message(id));
    expect(subject.holds).to.deep.equal([true]);
    await allOf(subject, 33);
    expect(subject.holds).to.deep.equal([true, false]);
  });

  it('wait while the client has much to read, and are worked off once it has read', async () => {
    const subject = new Subject(heavy);
    subject.isBehind = true;
    for (let id = 0; id < 3; id++) subject.queue.add(message(id));
    expect(subject.handled).to.deep.equal([]);
    subject.isBehind = false;
    await subject.clock.advance(50);
    expect(subject.handled).to.deep.equal([0, 1, 2]);
  });

  it('end with a typed error when far more comes than can be worked off, and none is handed on after that', async () => {
    const subject = new Subject(heavy);
    subject.costMs = 11;
    const frame = encodeMessage([ClientMessage.cancel, 1], new Uint8Array(1_000_000));
    for (let n = 0; n < 20; n++) subject.queue.add(frame);
    expect(subject.errors).to.have.length(1);
    expect(subject.errors[0]).to.be.instanceOf(RateLimitedError);
    const { length } = subject.handled;
    await new Promise<void>((resolve) => heavy.add(resolve));
    expect(subject.handled).to.have.length(length);
  });
});
