// How a step of a chain of tail calls ends that did not end well.
//   CS1. What its code has thrown is the reply, as of a direct call: committed with the step's mark, without any of its effect. It is not tried again.
//   CS2. What a crash or the like is to blame for is tried again as any message; whoever waits hears of it with the dead letter.
//   CS3. For a dead letter that is sent anew nobody waits, he has had his answer: the rest of the chain are messages, and fail as those do.
import type { Delivery, Message, ReplyAddress } from '../../protocol/delivery.js';
import type { Activation } from '../activation/activation.js';
import { DuplicateOperation } from '../activation/operations.js';
import { endsChain } from './ends-chain.js';
import type { Attempted } from './attempt.js';
import type { MessageParts } from './message-parts.js';
import type { SentDraft } from './sent-draft.js';
import { LETTER_SENDER } from './sender-name.js';

/** CS1. What became of the message; `undefined` where it is to be tried again, or nobody waits for it. */
export async function concludeStep(activation: Activation, sender: string, delivery: Delivery, error: unknown): Promise<Attempted | undefined> {
  if (!endsChain(error)) return undefined;
  const replies = failureReplies(activation.services.messages, delivery, error);
  if (replies.length === 0) return undefined;
  const { messages, commits } = activation;
  const mark = { sender, low: delivery.low, ids: [delivery.sequence] };
  try {
    await commits.bury({ mark }, replies);
  } catch (failure) {
    // Another attempt, of the message come again, was through first. Else only a lost activation's commits fail.
    if (!(failure instanceof DuplicateOperation)) return { status: 'ended' };
  }
  messages.incoming.marks.note(mark);
  messages.incoming.settle(delivery);
  return { status: 'handled' };
}

/** CS2. The reply to whoever waits for the message, if somebody does. */
export function failureReplies({ codec, replies }: Pick<MessageParts, 'codec' | 'replies'>, delivery: Delivery, error: unknown): readonly SentDraft[] {
  let message: Message;
  try {
    message = codec().decode(delivery.payload) as Message;
  } catch {
    // It never could be read: nobody knows who waits.
    return [];
  }
  return replies.failures(replyOf(message, delivery), error);
}

/** CS3. Who waits for the end of the chain of which the message is a step. */
export function replyOf(message: Message, { sender }: Delivery): ReplyAddress | undefined {
  return message.kind === 'tell' && sender.type !== LETTER_SENDER ? message.reply : undefined;
}
