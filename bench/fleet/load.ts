// One load on a fleet, from its start to its judgement; what all faults have in common.
import { atMost, type Goal } from '../support/report.js';
import { Callers } from './callers.js';
import type { Fleet } from './fleet.js';
import { History, type JudgeSettings, type Verdict } from './history.js';
import { seeded } from './random.js';
import { Recovery } from './recovery.js';

export interface FaultSettings extends JudgeSettings {
  readonly seed: number;
  readonly isShort: boolean;
  readonly actors: number;
  readonly callers: number;
}

/** What a fault showed. */
export interface FaultReport {
  readonly figures: Readonly<Record<string, unknown>>;
  readonly goals: readonly Goal[];
}

/** Under way on a fleet. */
export interface Load {
  readonly random: () => number;
  readonly history: History;
  readonly recovery: Recovery;
  readonly callers: Callers;
}

/** Runs `fault` under load, waits for every write's acknowledgement, and judges. */
export async function underLoad(fleet: Fleet, { seed, actors, callers: count, mayLose = false }: FaultSettings, fault: (load: Load) => Promise<FaultReport>): Promise<FaultReport> {
  const random = seeded(seed);
  const [history, recovery] = [new History(), new Recovery()];
  const callers = new Callers(fleet, { callers: count, readers: 2, actors, random: seeded(seed + 1), history, recovery });
  callers.start();
  const { figures, goals } = await fault({ random, history, recovery, callers }).finally(() => callers.stop());
  const verdict = await fleet.judge(history, { mayLose });
  return {
    figures: { ...figures, ...verdict, failures: callers.failures, unacknowledged: callers.unacknowledged, callerFenced: fleet.callerFenced, surprises: fleet.surprises, rewrites: fleet.rewrites },
    goals: [...goals, ...(mayLose ? lossyGoals : safetyGoals)(verdict, callers.unacknowledged)],
  };
}

function safetyGoals({ writes, reads, lost, twice, gaps, forks, staleReads }: Verdict, unacknowledged: number): readonly Goal[] {
  return [
    none('acknowledged writes lost', lost, writes), none('writes applied twice', twice, writes), none('version gaps', gaps, writes),
    none('answers of two owners at a time', forks, writes), none('stale strict reads', staleReads, reads), none('writes never acknowledged', unacknowledged, writes),
  ];
}

/** Where Redis may lose what it acknowledged, that is a figure; what no loss excuses stays a goal. */
function lossyGoals({ writes, forks }: Verdict, unacknowledged: number): readonly Goal[] {
  return [none('answers of two owners at a time', forks, writes), none('writes never acknowledged', unacknowledged, writes)];
}

/** For faults that give no silo a reason to stop itself. */
export function nobodyElseEnded(fleet: Pick<Fleet, 'surprises' | 'callerFenced'>): Goal {
  return atMost('silos that ended although nobody killed them', fleet.surprises.length + fleet.callerFenced, 0);
}

function none(name: string, count: number, all: number): Goal {
  return { name, goal: 'none', measured: `${count} of ${all}`, isMet: count === 0 && all > 0 };
}
