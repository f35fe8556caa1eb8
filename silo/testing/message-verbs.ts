// What a test asks about messages. The same verbs stand on a test cluster and on each of its silos; where the answer comes from differs: a silo in
// memory, or a process that is asked over its channel.
//   M1. Each question is asked of a silo that is chosen when it is asked, and ends with that silo's process.
import { openBroadcast, type BroadcastStage } from '../../sdk/broadcast.js';
import type { Broadcast, DeadLetters } from '../../sdk/author/index.js';

type LetterVerb = keyof DeadLetters;

/** One question, as it travels. */
export interface MessageQuestion {
  readonly verb: LetterVerb | BroadcastStage;
  readonly args: readonly unknown[];
}

/** As `silo.deadLetters` and `silo.broadcast`. */
export interface MessageVerbs {
  readonly deadLetters: DeadLetters;
  readonly broadcast: (id: string) => Broadcast;
}

export function messageVerbs(ask: (question: MessageQuestion) => Promise<unknown>): MessageVerbs {
  const letters = (verb: LetterVerb) => (...args: readonly unknown[]): Promise<never> => ask({ verb, args }) as Promise<never>;
  return {
    deadLetters: Object.freeze({ list: letters('list'), count: letters('count'), retry: letters('retry'), discard: letters('discard') }),
    broadcast: (id) => openBroadcast(id, (stage) => ask({ verb: stage, args: [id] }) as Promise<never>),
  };
}

/** What this silo says. */
export async function answerQuestion(silo: MessageVerbs, { verb, args }: MessageQuestion): Promise<unknown> {
  if (verb === 'received' || verb === 'processed') return silo.broadcast(args[0] as string)[verb];
  const letters = silo.deadLetters as unknown as Record<LetterVerb, (...args: readonly unknown[]) => Promise<unknown>>;
  return letters[verb](...args);
}
