// How a step of a chain of tail calls ends that did not end well.
//   CS1. What its code has thrown is the reply, as of a direct call: committed with the step's mark, without any of its effect. It is not tried again.
//   CS2. What a crash or the like is to blame for is tried again as any message; whoever waits hears of it with the dead letter.
import type { Delivery, Message } from '../../protocol/delivery.js';
import type { Activation } from '../activation/activation.js';
import { DuplicateOperation } from '../activation/operations.js';
import { endsChain } from './ends-chain.js';
import type { Attempted } from './attempt.js';
import type { SentDraft } from './sent-draft.js';

/** CS1. What became of the message; `undefined` where it is to be tried again, or nobody waits for it. */
export async function concludeStep(activation: Activation, sender: string, delivery: Delivery, error: unknown): Promise<Attempted | undefined> {
  if (!endsChain(error)) return undefined;
  const replies = failureReplies(activation, delivery, error);
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
export function failureReplies({ services }: Activation, { payload }: Delivery, error: unknown): readonly SentDraft[] {
  let message: Message;
  try {
    message = services.codec.decode(payload) as Message;
  } catch {
    // It never could be read: nobody knows who waits.
    return [];
  }
  return services.messages.replies.failures(message, error);
}
