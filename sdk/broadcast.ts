import type { Broadcast, BroadcastResult } from './author/index.js';

/** What is asked about a broadcast. */
export type BroadcastStage = 'received' | 'processed';

/** Asks when somebody looks: receipts that nobody reads cost nothing more. */
export function openBroadcast(id: string, ask: (stage: BroadcastStage) => Promise<BroadcastResult>): Broadcast {
  const asked = new Map<BroadcastStage, Promise<BroadcastResult>>();
  const once = (stage: BroadcastStage): Promise<BroadcastResult> => {
    let answer = asked.get(stage);
    if (!answer) asked.set(stage, (answer = ask(stage)));
    return answer;
  };
  return Object.freeze({
    id,
    get received() {
      return once('received');
    },
    get processed() {
      return once('processed');
    },
  });
}
