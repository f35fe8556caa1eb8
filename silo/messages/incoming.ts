// Incoming. Owns: the messages that one activation handles now.
//   I1. A message that is known runs nothing. One that runs already is joined.
//   I2. The mark commits with the effect of the turn (P7), whose unit is the message's alone; the units of successive ones may share a commit (U5).
//   I3. What fails, takes long, or comes behind such a one of its sender, waits in the actor's inbox; the rest of the world goes on.
//   I4. Who delivers for the first time may come after one that could not reach this activation and put something into the inbox: that is looked for first.
//   I5. What an activation that ends has not taken goes to the next one, as calls do; what its own code keeps from beginning waits in the inbox.
import { DEFAULT_DELIVERY, type DeliveryMetadata } from '../../decorators/index.js';
import { SiloUnavailableError, UnknownComponentError, UnknownMethodError } from '../../protocol/errors/index.js';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Delivery, Message } from '../../protocol/delivery.js';
import type { Baggage, DurableCall } from '../../protocol/envelope.js';
import type { FailureText } from '../../protocol/ports/message-records.js';
import type { Identity } from '../../protocol/identity.js';
import type { Incarnation } from '../../protocol/ports/index.js';
import type { Activation } from '../activation/activation.js';
import type { DueReminder } from '../activation/actor-reminders.js';
import type { Entity } from '../activation/entity.js';
import { chainOf } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import { Attempt, type Attempted, type AttemptJudge } from './attempt.js';
import { DeliveredBatch } from './delivered-batch.js';
import { concludeStep, replyOf } from './conclude-step.js';
import { Inbox } from './inbox.js';
import { Marks } from './marks.js';
import { REMINDER_SENDER, messageName } from './sender-name.js';

/** What to run for a message. */
interface Handling {
  readonly entity: Entity;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly delivery: DeliveryMetadata;
}

export class Incoming implements AttemptJudge {
  readonly marks: Marks;
  readonly inbox: Inbox;
  private deliveredBy: Incarnation | undefined;
  /** By name, those that run. */
  private readonly running = new Map<string, Attempt>();

  constructor(private readonly activation: Activation) {
    this.marks = new Marks(activation);
    this.inbox = new Inbox(activation, this);
  }

  /** Messages of a partition's batch for this actor; the call succeeds when each is handled or in the inbox. `looks`: the inbox may hold what this activation has not seen. */
  serve(call: PendingCall): void {
    const [deliveries, looks, by] = call.envelope.args as readonly [readonly Delivery[], boolean, Incarnation];
    call.state = 'running';
    // A store that does not answer keeps no partition.
    call.watch(this.activation.services.deadlines);
    this.takeAll(deliveries, looks, by).then(() => call.succeed(undefined), (error: unknown) => this.notTaken(call, error));
  }

  /** I5. */
  private notTaken(call: PendingCall, error: unknown): void {
    const { status, wasActive, isSuperseded, hasLapsed } = this.activation;
    const saysNothing = status === 'ended' && (wasActive || isSuperseded || hasLapsed) && error instanceof SiloUnavailableError;
    if (call.isSettled || !saysNothing) return call.fail(error);
    call.state = 'new';
    this.activation.handOn([call]);
  }

  private async takeAll(deliveries: readonly Delivery[], looks: boolean, by: Incarnation): Promise<void> {
    const { activation } = this;
    if (activation.status === 'activating') await activation.ready();
    if (activation.status !== 'active') throw new SiloUnavailableError(`${activation.name}: the activation ended`);
    await this.inbox.restored;
    if (looks || by !== this.deliveredBy) await this.inbox.look();
    // I4: only now, so that whoever comes while the look is under way, or after one that failed, looks too.
    this.deliveredBy = by;
    if (deliveries.length === 0) await activation.messages.relayAgain();
    const batch = new DeliveredBatch(activation, this, deliveries);
    await this.marks.prepare(batch.senders);
    await batch.run();
  }

  /** I1, I2. It has begun already if the message runs. `followed`: others come behind it; is told when the next may run. */
  attempt(sender: string, delivery: Delivery, followed?: () => void): Attempt {
    const name = messageName(sender, delivery);
    const present = this.running.get(name);
    if (present) return present;
    const { codec, clock } = this.activation.services;
    const attempt = new Attempt(sender, delivery, clock.monotonicMs(), this, followed);
    this.running.set(name, attempt);
    attempt.whenEnded(() => this.running.delete(name));
    try {
      const message = codec.decode(delivery.payload) as Message;
      if (message.kind === 'reminder') void this.fire(attempt, message);
      else this.begin(attempt, message);
    } catch (error) {
      // While it begins nothing has run: what fails then is the message's own.
      attempt.failed(undefined, error);
    }
    return attempt;
  }

  private async fire(attempt: Attempt, message: Extract<Message, { kind: 'reminder' }>): Promise<void> {
    try {
      const due = await this.activation.messages.reminders.due(message);
      if (due) this.begin(attempt, message, due);
      else attempt.end({ status: 'handled' });
    } catch (error) {
      attempt.failed(undefined, error);
    }
  }

  private begin(attempt: Attempt, message: Message, due?: DueReminder): void {
    const { sender, delivery } = attempt;
    const { entity, method, args } = this.handlingOf(message, delivery, due);
    const reply = replyOf(message, delivery);
    const call = new PendingCall(
      { kind: 'event', target: entity.id, method, args, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0, ...aboutCaller(message) },
      chainOf(reply),
      SYSTEM_TURN,
    );
    if (!due) attempt.mark = { sender, low: delivery.low, ids: [delivery.sequence] };
    call.mark = attempt.mark;
    call.due = due;
    call.reply = reply;
    if (reply) this.activation.services.messages.replies.follows(call);
    call.message = attempt;
    call.tell(attempt);
    entity.offer(call);
  }

  handled({ mark, delivery }: Attempt): void {
    if (mark) this.marks.note(mark);
    this.activation.services.statistics.deliveries++;
    this.settle(delivery);
  }

  async whyFailed({ sender, delivery }: Attempt, error: unknown): Promise<Attempted> {
    const { activation } = this;
    if (activation.status === 'ending' || activation.status === 'ended' || activation.isLost) return { status: 'ended' };
    return (await concludeStep(activation, sender, delivery, error)) ?? { status: 'failed', error };
  }

  /** Its effect is committed, or it is a dead letter that says `failure`. */
  settle(delivery: Delivery, failure?: FailureText): void {
    this.activation.services.messages.receipts.processed(delivery, failure);
  }

  /** I1, of a sender whose marks are known. A reminder's firing is looked at when it is its turn. */
  isHandled(sender: string, delivery: Delivery): boolean {
    return delivery.sender.type !== REMINDER_SENDER && this.marks.has(sender, delivery.sequence);
  }

  /** Nothing of it is left to do: also for a firing whose reminder has gone on. */
  async isDone(sender: string, delivery: Delivery): Promise<boolean> {
    if (delivery.sender.type === REMINDER_SENDER) return (await this.dueOf(delivery)) === undefined;
    return this.marks.knows(sender, delivery.sequence);
  }

  /** What the firing of a reminder does to it, now; `undefined` of other messages, and when it is over. */
  async dueOf(delivery: Delivery): Promise<DueReminder | undefined> {
    const message = this.activation.services.codec.decode(delivery.payload) as Message;
    return message.kind === 'reminder' ? this.activation.messages.reminders.due(message) : undefined;
  }

  /** How a message is retried. */
  retryOf(delivery: Delivery): DeliveryMetadata {
    try {
      return this.handlingOf(this.activation.services.codec.decode(delivery.payload) as Message, delivery).delivery;
    } catch {
      return DEFAULT_DELIVERY;
    }
  }

  private handlingOf(message: Message, { listener }: Delivery, due?: DueReminder): Handling {
    const entity = this.activation.entity(listener.component);
    if (!entity || entity.extras?.fate === 'gone') throw new UnknownComponentError(`${printEntityId(listener)}: the actor has no such component`, { component: listener.component! });
    if (message.kind === 'tell') {
      const method = entity.metadata.methods.get(message.method);
      if (!method) throw new UnknownMethodError(`${printEntityId(listener)} has no callable method '${message.method}'`, { method: message.method });
      return { entity, method: message.method, args: message.args, delivery: method.delivery };
    }
    if (message.kind === 'reminder') {
      const method = entity.metadata.reminders.get(message.name);
      if (method === undefined) throw new UnknownMethodError(`${printEntityId(listener)} has no @OnReminder('${message.name}')`, { method: message.name });
      return { entity, method, args: due?.args ?? [], delivery: DEFAULT_DELIVERY };
    }
    const handler = entity.metadata.handlers.find(({ eventName, from, method }) =>
      eventName === message.event && (message.kind === 'own' ? from === 'self' && method === message.method : from === undefined));
    if (!handler) throw new UnknownMethodError(`${printEntityId(listener)} has no @On handler of '${message.event}'`, { method: message.event });
    return { entity, method: handler.method, args: [message.value, message.origin], delivery: handler.delivery };
  }
}

function aboutCaller(message: Message): { readonly from?: EntityId; readonly identity?: Identity; readonly baggage?: Baggage; readonly durable?: DurableCall } {
  if (message.kind !== 'tell') return {};
  const { from, identity, baggage, operation } = message;
  return { ...(operation && { durable: { operation: operation.id, isKept: operation.isKept, isRepeated: true } }), ...(from && { from }), ...(identity && { identity: identity as Identity }), ...(baggage && { baggage: baggage as Baggage }) };
}
