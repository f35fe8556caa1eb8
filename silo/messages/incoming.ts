// Incoming. Owns: the messages that one activation handles now.
//   I1. A message that is known runs nothing. One that runs already is joined.
//   I2. The mark commits with the effect of the turn (P7), whose unit is the message's alone.
//   I3. What fails, takes long, or comes behind such a one of its sender, waits in the actor's inbox; the rest of the world goes on.
//   I4. Who delivers for the first time may come after one that could not reach this activation and put something into the inbox: that is looked for first.
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
import { CallChain } from '../turns/call-chain.js';
import { PendingCall } from '../turns/pending-call.js';
import { SYSTEM_TURN } from '../turns/turn-mode.js';
import { concludeStep, replyOf } from './conclude-step.js';
import { Inbox, type Attempted } from './inbox.js';
import { Marks } from './marks.js';
import { REMINDER_SENDER, senderOf } from './sender-name.js';

/** After that the queue goes on without it. */
const PATIENCE_MS = 500;

/** What to run for a message. */
interface Handling {
  readonly entity: Entity;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly delivery: DeliveryMetadata;
}

export class Incoming {
  readonly marks: Marks;
  readonly inbox: Inbox;
  private deliveredBy: Incarnation | undefined;
  private readonly taking = new Map<string, Promise<void>>();

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
    this.takeAll(deliveries, looks, by).then(() => call.succeed(undefined), (error: unknown) => call.fail(error));
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
    const lanes = new Map<string, Delivery[]>();
    for (const delivery of deliveries) {
      const sender = senderOf(delivery);
      const lane = lanes.get(sender);
      if (lane) lane.push(delivery);
      else lanes.set(sender, [delivery]);
    }
    await Promise.all([...lanes].map(([sender, lane]) => this.takeInOrder(sender, lane)));
  }

  private async takeInOrder(sender: string, lane: readonly Delivery[]): Promise<void> {
    for (const delivery of lane) await this.take(sender, delivery);
  }

  private take(sender: string, delivery: Delivery): Promise<void> {
    const name = `${sender}#${delivery.sequence}`;
    const present = this.taking.get(name);
    if (present) return present;
    const taken = this.handleOrPark(sender, delivery).finally(() => this.taking.delete(name));
    this.taking.set(name, taken);
    return taken;
  }

  private async handleOrPark(sender: string, delivery: Delivery): Promise<void> {
    if (await this.isHandled(sender, delivery)) return this.settle(delivery);
    if (this.inbox.holdsBack(sender, delivery)) return this.inbox.park(sender, delivery);
    const attempt = this.attempt(sender, delivery);
    this.activation.services.messages.receipts.received(delivery);
    const outcome = await this.withPatience(attempt);
    if (outcome === undefined) return this.inbox.park(sender, delivery, { running: attempt });
    if (outcome.status === 'failed') return this.inbox.park(sender, delivery, { failure: outcome.error });
    if (outcome.status === 'ended') throw new SiloUnavailableError(`${this.activation.name}: the activation ended`);
  }

  private withPatience(attempt: Promise<Attempted>): Promise<Attempted | undefined> {
    return new Promise((resolve) => {
      const timer = this.activation.services.clock.setTimer(() => resolve(undefined), PATIENCE_MS);
      void attempt.then((outcome) => {
        timer.cancel();
        resolve(outcome);
      });
    });
  }

  /** I2. Never rejects. When it is handled, it is settled too. */
  async attempt(sender: string, delivery: Delivery): Promise<Attempted> {
    const { activation } = this;
    try {
      const message = activation.services.codec.decode(delivery.payload) as Message;
      const due = message.kind === 'reminder' ? await activation.messages.reminders.due(message) : undefined;
      if (message.kind === 'reminder' && !due) return { status: 'handled' };
      const handling = this.handlingOf(message, delivery, due);
      const call = new PendingCall(
        { kind: 'event', target: handling.entity.id, method: handling.method, args: handling.args, deadlineMs: Infinity, timeoutMs: Infinity, hops: 0, ...aboutCaller(message) },
        new CallChain(),
        SYSTEM_TURN,
      );
      const mark = due ? undefined : { sender, low: delivery.low, ids: [delivery.sequence] };
      call.mark = mark;
      call.due = due;
      call.reply = replyOf(message, delivery);
      handling.entity.offer(call);
      await call.promise;
      if (mark) this.marks.note(mark);
      activation.services.statistics.deliveries++;
      this.settle(delivery);
      return { status: 'handled' };
    } catch (error) {
      // While it begins nothing has run: what fails then is the message's own.
      if (activation.status === 'ending' || activation.status === 'ended' || activation.isLost) return { status: 'ended' };
      return (await concludeStep(activation, sender, delivery, error)) ?? { status: 'failed', error };
    }
  }

  /** Its effect is committed, or it is a dead letter that says `failure`. */
  settle(delivery: Delivery, failure?: FailureText): void {
    this.activation.services.messages.receipts.processed(delivery, failure);
  }

  /** I1. A reminder's firing is looked at when it is its turn. */
  isHandled(sender: string, delivery: Delivery): Promise<boolean> {
    return delivery.sender.type === REMINDER_SENDER ? Promise.resolve(false) : this.marks.knows(sender, delivery.sequence);
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
  return { ...(operation && { durable: { operation: operation.id, isKept: operation.isKept } }), ...(from && { from }), ...(identity && { identity: identity as Identity }), ...(baggage && { baggage: baggage as Baggage }) };
}
