// One kind of rounds each: a chain, kills in the middle of it, and what must be so afterwards.
import { STEPS, type Chain, type Walked } from './actors.js';
import { stepsOf, type ChainFleet, type Outcome } from './chain-fleet.js';

const SUM = (STEPS * (STEPS + 1)) / 2;
/** A kill comes so long after the step has begun: before, in and after its commit. */
const LATEST_KILL_MS = 15;

/** What the rounds of one kind came to. */
export class Tally {
  rounds = 0;
  kills = 0;
  /** Chains whose first step was committed. */
  begun = 0;
  /** Steps that ran again. */
  again = 0;
  /** Callers who got the result, and those who lost their first step's silo and got an error. */
  answered = 0;
  unanswered = 0;
  readonly wrong: string[] = [];
  readonly through: Chain[] = [];
  /** From the last kill until all of the chain was committed. */
  readonly recoveredMs: number[] = [];
}

interface Begun {
  readonly chain: Chain;
  readonly outcome: Outcome;
  readonly walked: readonly Walked[];
  /** Silos that were killed; the first one's is the first step's. */
  readonly killed: ReadonlySet<number>;
  readonly firstPid: number;
}

/** The host of a random step is killed, or those of two. */
export async function atRandom(fleet: ChainFleet, tally: Tally, random: () => number): Promise<void> {
  const keys = [...(await fleet.spread()).values()];
  const pick = (count: number): number => Math.floor(random() * count);
  const chain: Chain = { name: `random-${tally.rounds}`, path: Array.from({ length: STEPS }, () => keys[pick(keys.length)]!) };
  const victims = new Set(Array.from({ length: 1 + pick(2) }, () => 1 + pick(STEPS)));
  judge(fleet, tally, await run(fleet, tally, chain, victims, () => random() * LATEST_KILL_MS));
}

/** Once a step has been handed over, the silo of the one before (which made the tail call, and waits for the reply) and the step's own are killed. */
export async function afterHandOver(fleet: ChainFleet, tally: Tally, random: () => number): Promise<void> {
  const keys = [...(await fleet.spread()).entries()].sort(() => random() - 0.5);
  const [[callerPid, caller], [, callee], [, third] = keys[0]!] = keys as [[number, string], [number, string], [number, string]?];
  const chain: Chain = { name: `handed-${tally.rounds}`, path: [caller, callee, ...Array.from({ length: STEPS - 2 }, (_, n) => [third, callee, caller][n % 3]!)], held: 2 };
  const begun = await run(fleet, tally, chain, new Set([2]), () => 0, callerPid);
  judge(fleet, tally, begun);
  const runs = fleet.runsOf(chain).slice(1);
  if (runs.some((count, at) => count !== (at === 1 ? 2 : 1))) tally.wrong.push(`${chain.name}: steps were begun ${runs.join(' ')} times`);
}

/** All steps keep the turn of one actor, whose host is killed while others want in. */
export async function keptTurns(fleet: ChainFleet, tally: Tally, random: () => number): Promise<void> {
  const [key] = [...(await fleet.spread()).values()];
  const chain: Chain = { name: `kept-${tally.rounds}`, path: [key!] };
  const disturbing = { isOver: false, calls: 0 };
  const others = Promise.all([1, 2].map(() => disturb(fleet, key!, disturbing)));
  const begun = await run(fleet, tally, chain, new Set([1 + Math.floor(random() * STEPS)]), () => random() * LATEST_KILL_MS, undefined, 'keep').finally(() => (disturbing.isOver = true));
  await others;
  judge(fleet, tally, begun);
  for (const { steps } of begun.walked) {
    const from = steps.indexOf(1);
    const inside = steps.slice(from, from + STEPS);
    if (from >= 0 && inside.some((step, at) => step !== at + 1)) tally.wrong.push(`${chain.name}: something came in between: ${inside.join(' ')}`);
  }
}

async function disturb(fleet: ChainFleet, key: string, state: { isOver: boolean; calls: number }): Promise<void> {
  while (!state.isOver) {
    await fleet.walker(key).disturb().then(() => state.calls++, () => undefined);
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

async function run(fleet: ChainFleet, tally: Tally, chain: Chain, victims: Set<number>, afterMs: () => number, also?: number, how?: 'keep'): Promise<Begun> {
  const killed = new Set<number>();
  const kills: Promise<void>[] = [];
  let firstPid = 0;
  let lastKillMs = 0;
  const kill = async (pid: number): Promise<void> => {
    await new Promise((resolve) => void setTimeout(resolve, afterMs()));
    if (killed.has(pid)) return;
    killed.add(pid);
    tally.kills++;
    lastKillMs = performance.now();
    await fleet.kill(pid);
  };
  const stop = fleet.onStep(({ chain: name, step, pid }) => {
    if (name !== chain.name) return;
    if (step === 1 && firstPid === 0) firstPid = pid;
    if (victims.delete(step)) kills.push(...[pid, ...(also === undefined ? [] : [also])].map(kill));
  });
  try {
    const outcome = await fleet.begin(chain, how);
    const walked = await fleet.ended(chain);
    await Promise.all(kills);
    if (lastKillMs > 0) tally.recoveredMs.push(performance.now() - lastKillMs);
    return { chain, outcome, walked, killed, firstPid };
  } finally {
    stop();
    tally.rounds++;
  }
}

/** When all rounds are over: nothing may have come after. */
export async function judgeAgain(fleet: ChainFleet, tally: Tally): Promise<void> {
  for (const chain of tally.through) {
    for (const what of wrongOf(await fleet.walked(chain))) tally.wrong.push(`${chain.name}, at the end: ${what}`);
  }
}

function judge(fleet: ChainFleet, tally: Tally, { chain, outcome, walked, killed, firstPid }: Begun): void {
  const wrong = (what: string): void => void tally.wrong.push(`${chain.name}: ${what}`);
  const steps = stepsOf(walked);
  if (steps.length > 0) {
    tally.begun++;
    tally.through.push(chain);
    for (const each of wrongOf(walked)) wrong(each);
  }
  const runs = fleet.runsOf(chain);
  const again = Math.max(0, runs.reduce((sum, count) => sum + count, 0) - STEPS);
  tally.again += again;
  if (again > killed.size) wrong(`${again} runs too many after ${killed.size} kills (${runs.slice(1).join(' ')})`);
  if ('value' in outcome) {
    tally.answered++;
    if (outcome.value !== SUM) wrong(`the caller got ${outcome.value}`);
    if (steps.length === 0) wrong('the caller got a result, and nothing is committed');
  } else {
    tally.unanswered++;
    if (!killed.has(firstPid)) wrong(`the caller got ${String(outcome.error)}, though his first step's silo lived`);
  }
}

/** What is not as if each step had run once. */
export function wrongOf(walked: readonly Walked[]): readonly string[] {
  const steps = [...stepsOf(walked)].sort((a, b) => a - b);
  const expected = Array.from({ length: STEPS }, (_, n) => n + 1);
  const sum = walked.reduce((total, each) => total + each.sum, 0);
  return [
    ...(steps.join() === expected.join() ? [] : [`the steps ${steps.join()} are committed`]),
    ...(sum === SUM ? [] : [`the values add up to ${sum}`]),
  ];
}
