// How an active actor makes dead letters of messages that wait for it.
import type { Delivery } from '../../protocol/delivery.js';
import { CancelledError } from '../../protocol/errors/index.js';
import type { Activation } from '../activation/activation.js';
import type { DueReminder } from '../activation/actor-reminders.js';
import { DuplicateOperation } from '../activation/operations.js';
import { failureReplies } from './conclude-step.js';
import { inLog, letterOf } from './dead-letters.js';
import { REMINDER_SENDER } from './sender-name.js';
import { SentDraft } from './sent-draft.js';

const AT_ONCE = 256;
/** For a queue that does not answer no destroyed actor waits: others relay what it has left. */
export const RELAY_LIMIT_MS = 1000;

/** A message that is not tried again, and what its last attempt failed with. */
export interface GivenUp {
  readonly sender: string;
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly failure: unknown;
}

/** Marked, and a dead letter, in one commit. `due`: of a firing, which has no mark. False: the activation is lost, and the next one has it. */
export async function buryWaiting(activation: Activation, { sender, delivery, attempts, failure }: GivenUp, due?: DueReminder): Promise<boolean> {
  const { services, commits, log, messages: { incoming } } = activation;
  const mark = delivery.sender.type === REMINDER_SENDER ? undefined : { sender, low: delivery.low, ids: [delivery.sequence] };
  const letter = letterOf(delivery, attempts, failure, services.clock.now(), services.codec);
  const draft = new SentDraft({ to: 'records', letter }, services.codec);
  let isBuried = false;
  try {
    await commits.bury({ mark, due }, [draft, ...failureReplies(services.messages, delivery, failure)]);
    isBuried = true;
    services.statistics.deadLetters++;
    log.error({ err: failure, ...inLog(letter) }, 'a message is given up: it is a dead letter now');
  } catch (error) {
    // Another attempt, of the message come again, was through first. Else only a lost activation's commits fail.
    if (!(error instanceof DuplicateOperation)) return false;
  }
  if (mark) incoming.marks.note(mark);
  incoming.settle(delivery, isBuried ? letter.error : undefined);
  return true;
}

/** The actor is destroyed. Its reminders go with it, and so do their firings. */
export async function buryWithActor(activation: Activation, left: readonly GivenUp[]): Promise<void> {
  const messages = left.filter(({ delivery }) => delivery.sender.type !== REMINDER_SENDER);
  const failure = (cause: unknown): Error => new CancelledError(`${activation.name}: the actor was destroyed before it had handled the message`, { cause });
  for (let at = 0; at < messages.length; at += AT_ONCE) {
    await Promise.all(messages.slice(at, at + AT_ONCE).map((each) => buryWaiting(activation, { ...each, failure: failure(each.failure) })));
  }
}
