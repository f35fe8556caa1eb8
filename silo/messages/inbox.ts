// Inbox. Owns: the messages of one actor that wait: they failed, took long, or came behind such a one of their sender.
//   N1. What waits is in the store before its queue lets it go. It leaves only from the head, once it is handled (its mark says so) or buried.
//   N2. `strict`: what the same sender sent later waits behind it. `relaxed`: it does not.
//   N3. After its last attempt a message is marked and becomes a dead letter in one commit: a dead letter surely was not applied.
//   N4. Others append too, a silo that could not reach this one among them: `look` finds that.
//   N5. What waits is not put there again when it comes again.
//   N6. What waits when its actor is destroyed is a dead letter, as by N3. What is put there from then on is for the actor's next life.
import type { Delivery } from '../../protocol/delivery.js';
import { SiloUnavailableError } from '../../protocol/errors/index.js';
import { decodeDeliveries, encodeDeliveries } from '../../protocol/delivery.js';
import type { Activation } from '../activation/activation.js';
import { degradedUntil } from '../degraded-until.js';
import { Pauses } from '../pauses.js';
import type { Attempted } from './attempt.js';
import { buryWaiting, type GivenUp } from './bury-waiting.js';
import type { Incoming } from './incoming.js';
import { REMINDER_SENDER, messageName, senderOf } from './sender-name.js';

const FIRST_LOOK = 100;
const LONGEST_BACKOFF_MS = 60_000;
const RETRY_MS = 500;
/** How many leave a lane before the store is rid of them, though others still wait there. */
const LOOK_EVERY = 256;

interface Waiting extends GivenUp {
  attempts: number;
  failure: unknown;
  /** It runs since before it waited. */
  running: Promise<Attempted> | undefined;
}

type Arrival = { readonly running?: Promise<Attempted>; readonly failure?: unknown };

export class Inbox {
  /** Resolves when what an earlier activation left is known. */
  restored: Promise<void> | undefined;
  private readonly lanes = new Map<string, Waiting[]>();
  /** By name, what stores it: nothing when that is done, or did not work and must be done by whoever brings it again. */
  private readonly known = new Map<string, Promise<void> | 'stored' | 'lost'>();
  private looking: Promise<void> | undefined;
  private looksAgain = false;
  private isStopped = false;
  private readonly pauses: Pauses;

  constructor(private readonly activation: Activation, private readonly incoming: Incoming) {
    this.pauses = new Pauses(activation.services.clock);
  }

  get isBusy(): boolean {
    return this.lanes.size > 0 || this.looking !== undefined;
  }

  /** It waits here, or N2. */
  holdsBack(sender: string, delivery: Delivery): boolean {
    if (this.lanes.size === 0) return false;
    return this.known.has(messageName(sender, delivery)) || (this.lanes.has(sender) && this.incoming.retryOf(delivery).isStrict);
  }

  restore(): void {
    this.restored = this.untilRead(() => this.look());
  }

  stop(): void {
    this.isStopped = true;
    this.pauses.end();
  }

  /** N6. Ends this; resolves with what waits. */
  async abandon(): Promise<readonly GivenUp[]> {
    await this.restored;
    this.stop();
    await this.looking?.catch(() => undefined);
    return [...this.lanes.values()].flat();
  }

  /** N6. What was given up leaves the store: nobody wakes the actor for it. */
  async clear(): Promise<void> {
    const all = (await this.everything()).map((bytes) => decodeDeliveries(bytes)[0]!);
    const stays = all.findIndex((delivery) => delivery.sender.type !== REMINDER_SENDER && !this.incoming.isHandled(senderOf(delivery), delivery));
    const count = stays < 0 ? all.length : stays;
    if (count > 0) await this.activation.commits.takeFromInbox(count);
  }

  /** N1: resolves when it is in the store. N5. */
  park(sender: string, arrived: Delivery, { running, failure }: Arrival = {}): Promise<void> {
    // An activation that was lost meanwhile: whoever brings it looks for the next one, which would not look into its inbox by itself.
    if (this.isStopped) return Promise.reject(new SiloUnavailableError(`${this.activation.name}: the activation ended`));
    // It may wait for long, and must not keep all of its batch.
    const delivery = { ...arrived, payload: arrived.payload.slice() };
    const name = messageName(sender, delivery);
    const present = this.known.get(name);
    if (present !== undefined && present !== 'lost') return present === 'stored' ? Promise.resolve() : present;
    // From now on: what comes behind it must not overtake it while it is being stored.
    const waiting: Waiting = { sender, delivery, attempts: failure === undefined || degradedUntil(failure) !== undefined ? 0 : 1, failure, running };
    const lane = this.add(waiting);
    // Also where it could not be stored: it comes again, and those behind it in the lane must not wait for nobody.
    const stored = this.store(sender, delivery).finally(() => lane !== undefined && void this.drain(lane));
    this.known.set(name, stored);
    const note = (state: 'stored' | 'lost'): void => void (this.known.has(name) && this.known.set(name, state));
    void stored.then(() => note('stored'), () => note('lost'));
    return stored;
  }

  private async store(sender: string, delivery: Delivery): Promise<void> {
    const { id, services: { messages, store } } = this.activation;
    await messages.dirty.note(id);
    const parked = await store.park(id, { sender, sequence: delivery.sequence, payload: encodeDeliveries([delivery]) });
    if (parked === 'duplicate') this.incoming.settle(delivery);
    else messages.receipts.received(delivery);
  }

  /** N4. Takes out what is done, and in what is new; rejects when the store does not answer. */
  look(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    this.looksAgain = true;
    return (this.looking ??= this.readAll());
  }

  /** Without what the store says nothing can go on. `undefined` when the activation ends first. */
  private async untilRead<T>(read: () => Promise<T>): Promise<T | undefined> {
    while (!this.isStopped) {
      try {
        return await read();
      } catch (error) {
        this.activation.log.warn({ err: error }, 'the inbox could not be read; it is tried again');
        await this.pauses.pause(RETRY_MS);
      }
    }
    return undefined;
  }

  private async readAll(): Promise<void> {
    try {
      while (this.looksAgain && !this.isStopped) {
        this.looksAgain = false;
        await this.readOnce();
      }
    } finally {
      // In the same step as the last look at `looksAgain`.
      this.looking = undefined;
    }
  }

  private async readOnce(): Promise<void> {
    const { commits } = this.activation;
    const all = (await this.everything()).map((bytes) => decodeDeliveries(bytes)[0]!);
    let done = 0;
    while (done < all.length && (await this.isDone(all[done]!))) done++;
    for (const delivery of all.slice(done)) await this.adopt(delivery);
    if (done === 0) return;
    await commits.takeFromInbox(done);
    this.looksAgain = true;
  }

  /** All of it: what is not known to wait would be overtaken. */
  private async everything(): Promise<readonly Uint8Array[]> {
    const { services, id } = this.activation;
    for (let limit = FIRST_LOOK; ; limit *= 10) {
      const found = await services.store.inbox(id, limit);
      if (found.length < limit) return found;
    }
  }

  private async isDone(delivery: Delivery): Promise<boolean> {
    const sender = senderOf(delivery);
    if (!(await this.incoming.isDone(sender, delivery))) return false;
    this.incoming.settle(delivery);
    return true;
  }

  private async adopt(delivery: Delivery): Promise<void> {
    const sender = senderOf(delivery);
    if (await this.incoming.isDone(sender, delivery)) return;
    const lane = this.add({ sender, delivery, attempts: 0, failure: undefined, running: undefined });
    if (lane !== undefined) void this.drain(lane);
  }

  /** The name of its lane when that begins with it. */
  private add(waiting: Waiting): string | undefined {
    const { sender, delivery } = waiting;
    const name = messageName(sender, delivery);
    if (this.known.has(name)) return undefined;
    this.known.set(name, 'stored');
    const laneName = this.incoming.retryOf(delivery).isStrict ? sender : name;
    const lane = this.lanes.get(laneName);
    if (lane) lane.push(waiting);
    else this.lanes.set(laneName, [waiting]);
    return lane ? undefined : laneName;
  }

  private async drain(name: string): Promise<void> {
    const lane = this.lanes.get(name)!;
    for (let done = 1; lane.length > 0 && !this.isStopped; done++) {
      const head = lane[0]!;
      const isOver = await this.work(head);
      if (!isOver) return;
      lane.shift();
      this.known.delete(messageName(head.sender, head.delivery));
      // A lane that never gets empty must not let the inbox grow for ever.
      if (done % LOOK_EVERY === 0 && lane.length > 0) this.lookLater();
    }
    this.lanes.delete(name);
    if (!this.isStopped) this.lookLater();
  }

  private lookLater(): void {
    this.look().catch((error: unknown) => this.activation.log.warn({ err: error }, 'the inbox could not be looked through; it is at the next message'));
  }

  /** True when it need not wait any more; false when the activation is over. */
  private async work(waiting: Waiting): Promise<boolean> {
    const { sender, delivery } = waiting;
    const { attempts, backoffMs } = this.incoming.retryOf(delivery);
    for (;;) {
      if (waiting.attempts >= attempts) return this.bury(waiting);
      // A component that is down until then refuses: that is no attempt.
      const until = degradedUntil(waiting.failure);
      if (until !== undefined) await this.pauses.pause(Math.max(100, Math.min(LONGEST_BACKOFF_MS, until - this.activation.services.clock.now())));
      else if (waiting.attempts > 0) await this.pauses.pause(this.backoff(waiting, backoffMs));
      if (this.isStopped) return false;
      const outcome = await (waiting.running ?? this.attemptUnlessKnown(sender, delivery));
      waiting.running = undefined;
      if (outcome.status === 'handled') return true;
      if (outcome.status === 'ended') return false;
      waiting.failure = outcome.error;
      if (degradedUntil(outcome.error) === undefined) waiting.attempts++;
    }
  }

  private async attemptUnlessKnown(sender: string, delivery: Delivery): Promise<Attempted> {
    if (!(await this.incoming.isDone(sender, delivery))) return this.incoming.attempt(sender, delivery).ended;
    this.incoming.settle(delivery);
    return { status: 'handled' };
  }

  /** N3. */
  private async bury(waiting: Waiting): Promise<boolean> {
    const { delivery } = waiting;
    const due = delivery.sender.type === REMINDER_SENDER ? await this.untilRead(() => this.incoming.dueOf(delivery)) : undefined;
    return buryWaiting(this.activation, waiting, due);
  }

  private backoff({ attempts }: Waiting, firstMs: number): number {
    return Math.min(LONGEST_BACKOFF_MS, firstMs * 2 ** (attempts - 1)) * (0.5 + this.activation.services.random());
  }
}
