// DurableCalls. Owns: the durable calls that code of this silo has made and that have no outcome yet.
//   DC1. A call is in this silo's outbox before it is made. What is left there when this silo dies is delivered by others.
//   DC2. Each attempt, and the copy that comes through a queue, carry one operation and one mark. The callee commits both with the effect, so that it
//        happens once, whichever come.
//   DC3. While somebody waits for the result nothing goes through the queue. When he stops waiting it does.
//   DC4. An error that says that nothing happened is told when the message is out of the outbox.
//   DC5. The turn of a message that is run again makes the same calls under the same operations, or none.
//   DC6. A record is acknowledged only where no other message carries its operation: not those of a turn that is run again.
//   DC8. Plain calls of its turn are known by ids that follow from its own: see NestedCalls.
//   DC7. A turn whose activation has lost the actor makes none: the turn that took its place may be through, and have acknowledged.
import { MESSAGE_ROOT } from '../../protocol/codec/index.js';
import { randomBytes } from 'node:crypto';
import { printEntityId, type EntityId } from '../../protocol/actor-id.js';
import type { Message } from '../../protocol/delivery.js';
import type { Envelope, Invoker } from '../../protocol/envelope.js';
import { NonDeterministicError, StaleEpochError } from '../../protocol/errors/index.js';
import { keptAlive } from '../../protocol/kept-alive.js';
import type { CallJournal, ChainEnds } from '../../protocol/ports/message-records.js';
import type { Membership } from '../../protocol/ports/index.js';
import { runOutsideTurns, type TurnInfo } from '../../sdk/context/turn-scope.js';
import type { LocalEnvelope } from '../local-envelope.js';
import { Pauses } from '../pauses.js';
import { Acknowledgements } from './acknowledgements.js';
import { DurableAttempt } from './durable-attempt.js';
import { DurableWait } from './durable-wait.js';
import { mayHaveRun } from './durable-outcomes.js';
import { isLeftBehind, operationOf, originOf, type DurableOrigin } from './durable-origin.js';
import type { MessageParts } from './message-parts.js';
import { NestedCalls } from './nested-calls.js';
import { senderOf } from './sender-name.js';
import { SentDraft } from './sent-draft.js';
import type { HeldMessage, SiloSender } from './silo-sender.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export interface DurableCallsParts extends Pick<MessageParts, 'clock' | 'log' | 'codec'> {
  readonly sender: SiloSender;
  readonly membership: Pick<Membership, 'isValid'>;
  readonly journal: CallJournal;
  readonly ends: ChainEnds;
  readonly random: () => number;
  readonly isReadOnly?: ((target: EntityId, method: string) => boolean) | undefined;
}

/** One call, known by its operation. */
interface Made {
  readonly envelope: LocalEnvelope;
  readonly operation: string;
  readonly origin: DurableOrigin | undefined;
  readonly wait: DurableWait;
}

export class DurableCalls {
  /** DC8. */
  readonly nested: NestedCalls;
  private readonly acknowledgements: Acknowledgements;
  private readonly pauses: Pauses;
  /** Those that wait for their outcome. */
  private readonly open = new Set<HeldMessage>();
  private state: 'open' | 'ending' | 'stopped' = 'open';

  constructor(private readonly parts: DurableCallsParts) {
    this.acknowledgements = new Acknowledgements(parts.clock, parts.log);
    this.pauses = new Pauses(parts.clock);
    this.nested = new NestedCalls(this.acknowledgements, parts.codec, parts.ends, parts.isReadOnly);
  }

  /** The result, or the error with which the call ended for good; `CallTimeoutError` or `CancelledError` when it goes on without its caller. */
  call(invoker: Invoker, envelope: LocalEnvelope, turn: TurnInfo | undefined): Promise<unknown> {
    // In the caller's stack: calls are counted in the order in which they are made.
    const origin = originOf(turn);
    const args = this.parts.codec().encode(envelope.args, 'args');
    const operation = origin ? operationOf(origin, envelope.target, envelope.method, args) : randomBytes(16).toString('base64url');
    return keptAlive(this.make(invoker, { envelope, operation, origin, wait: new DurableWait(envelope, this.parts.clock) }));
  }

  /** Who waits between two attempts, or comes to that, waits no longer: his call goes on as a message. */
  hurry(): void {
    if (this.state === 'open') this.state = 'ending';
    this.pauses.end();
  }

  /** As `hurry`; all that have no outcome are messages from now on. */
  end(): void {
    this.hurry();
    for (const held of this.open) held.release();
  }

  /** Nobody hears anything any more. What is in the outbox is others' affair. */
  stop(): void {
    this.state = 'stopped';
    this.pauses.end();
  }

  private async make(invoker: Invoker, made: Made): Promise<unknown> {
    const { envelope, origin, operation, wait } = made;
    wait.refuseAborted();
    const isFirst = origin === undefined || (await wait.stored(this.note(origin, made)));
    refuseLeftBehind(made);
    const held = await this.hold(made);
    refuseLeftBehind(made, held);
    this.open.add(held);
    const acknowledge = (): void => this.acknowledgements.add(invoker, envelope.target, operation);
    // DC6. Of an error, too: a call that handed over has a record, however its chain ended.
    const heard = (): void => void (isFirst && (origin ? origin.unit.defer(acknowledge) : acknowledge()));
    try {
      const value = await this.untilOutcome(invoker, made, held, isFirst, heard);
      held.settle();
      heard();
      return value;
    } finally {
      this.open.delete(held);
    }
  }

  /** DC5. True: the turn has not made this call before. */
  private async note({ messageId, ordinal, unit }: DurableOrigin, { operation, envelope: { target, method } }: Made): Promise<boolean> {
    const { journal, log } = this.parts;
    const { isNew, hash } = await runOutsideTurns(() => journal.note(messageId, ordinal, operation));
    if (hash !== operation) {
      const name = `${printEntityId(target)}.${method}`;
      throw new NonDeterministicError(`${name}: durable call ${ordinal} of this turn was another one when the turn ran before; a turn that is run again must make the same calls in the same order`, {
        ordinal, target: printEntityId(target), method,
      });
    }
    // Its turn is not run again after that.
    if (ordinal === 0) unit.defer(() => void journal.drop(messageId).catch((error: unknown) => log.debug({ err: error }, 'the journal of a turn is left to its time')));
    return isNew;
  }

  /** DC1. */
  private async hold({ envelope, origin, operation, wait }: Made): Promise<HeldMessage> {
    const { target, method, args, from, identity, baggage } = envelope;
    const codec = this.parts.codec();
    const message: Message = { kind: 'tell', method, args, from, identity, baggage, operation: { id: operation, isKept: origin !== undefined } };
    const holding = runOutsideTurns(() => this.parts.sender.hold(new SentDraft({ to: 'one', listener: target, payload: codec.encode(message, MESSAGE_ROOT) }, codec)));
    try {
      return await wait.stored(holding);
    } catch (error) {
      holding.then((held) => held.release(), () => undefined);
      throw error;
    }
  }

  private async untilOutcome(invoker: Invoker, { envelope, operation, wait }: Made, held: HeldMessage, isFirst: boolean, heard: () => void): Promise<unknown> {
    const { clock, random, codec } = this.parts;
    const sender = senderOf({ sender: this.parts.sender.id, listener: envelope.target });
    // An attempt that ran here may have changed its arguments.
    const again = codec().encode(envelope.args, 'args');
    for (let attempt = 0; ; attempt++) {
      const args = attempt === 0 ? envelope.args : (codec().decode(again) as readonly unknown[]);
      const made: Envelope = new DurableAttempt(envelope, args, wait.deadlineMs, { operation, isKept: true, mark: { sender, ...held.mark() }, isRepeated: attempt > 0 || !isFirst });
      try {
        return await invoker.invoke(made);
      } catch (error) {
        if (this.state === 'stopped') throw wait.abandoned(error);
        if (!mayHaveRun(error)) return await this.failed(held, wait, error, heard);
        const leftMs = wait.deadlineMs - clock.monotonicMs();
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + random());
        if (this.state === 'open' && leftMs > 0 && !wait.isAborted) await wait.orAborted(this.pauses.pause(Math.min(leftMs, pauseMs)));
        this.goOn(held, wait, error);
      }
    }
  }

  /** DC3. Throws when nobody waits any more. */
  private goOn(held: HeldMessage, wait: DurableWait, error: unknown): void {
    if (this.state === 'stopped') throw wait.abandoned(error);
    const over = wait.over(error) ?? (this.state === 'ending' ? wait.stopping(error) : undefined);
    if (!over) return;
    held.release();
    throw over;
  }

  /** DC4. */
  private async failed(held: HeldMessage, wait: DurableWait, error: unknown, heard: () => void): Promise<never> {
    if (held.isReleased) throw wait.stopping(error);
    await wait.stored(runOutsideTurns(() => held.settled())).catch((cause: unknown) => {
      throw wait.abandoned(cause);
    });
    // Others think that this silo is dead, and may have sent it on before.
    if (!this.parts.membership.isValid) throw wait.abandoned(error);
    heard();
    throw error;
  }
}

/** DC7. */
function refuseLeftBehind({ origin, envelope: { target, method } }: Made, held?: HeldMessage): void {
  if (!origin || !isLeftBehind(origin)) return;
  held?.settle();
  throw new StaleEpochError(`${printEntityId(target)}.${method}: the actor was lost while the turn ran that makes this durable call; it did not run`);
}
