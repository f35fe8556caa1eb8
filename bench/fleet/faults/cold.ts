import { atMost } from '../../support/report.js';
import type { Counter } from '../counter.js';
import { Fleet } from '../fleet.js';
import { History } from '../history.js';
import type { FaultReport } from '../load.js';

const CALLERS = 100;
const ACTORS = 10;

function onlyRetryable(error: unknown): undefined {
  if ((error as { readonly retryable?: boolean }).retryable !== true) throw error;
}

/** A hundred callers meet ten actors that are nowhere, all at once: each is claimed once, and every write counts once. */
export async function coldActors(): Promise<FaultReport> {
  await using fleet = await Fleet.start(3);
  const history = new History();
  const callOf = async (caller: number, actor: number): Promise<void> => {
    const key = `cold${actor}`;
    history.issue(key);
    for (;;) {
      const reply = await fleet.caller.actor<Counter>('counter', key).with({ idempotencyKey: `${caller}` }).add().catch((error: unknown) => onlyRetryable(error));
      if (reply) return history.acknowledge(key, reply);
    }
  };
  await Promise.all(Array.from({ length: CALLERS * ACTORS }, (_, index) => callOf(Math.floor(index / ACTORS), index % ACTORS)));
  const verdict = await fleet.judge(history);
  const { lost, twice, gaps, forks, epochs, writes } = verdict;
  return {
    figures: { ...verdict },
    goals: [
      atMost('tokens of an actor', epochs, 1), atMost('writes lost, twice, or with a gap', lost + twice + gaps, 0), atMost('silos of an epoch beyond one', forks, 0),
      { name: 'writes', goal: `${CALLERS * ACTORS}`, measured: `${writes}`, isMet: writes === CALLERS * ACTORS },
    ],
  };
}
