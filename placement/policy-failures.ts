// PolicyFailures. Owns: the counts of what each policy did, and when which failure was logged last.
//   F1. A failure is counted every time and logged once per policy and kind in REPORT_EVERY_MS, with how many there were since the last line:
//       a policy that is broken fails at every activation.
import type { Clock } from '../protocol/ports/clock.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { PlacementRequest } from '../protocol/ports/placement.js';

/** F1. */
const REPORT_EVERY_MS = 10_000;

/** What a policy did since the silo's start. */
export interface PolicyStatistics {
  /** Actors that went where it said. */
  chosen: number;
  /** Throws and rejections. */
  threw: number;
  /** Answers that did not come in time. */
  timedOut: number;
  /** Answers that were no candidate. */
  strangers: number;
}

/** The ways to fail, by the count that each goes to. */
export type FailureKind = Exclude<keyof PolicyStatistics, 'chosen'>;

interface Reported {
  atMs: number;
  unreported: number;
}

const WHAT: Readonly<Record<FailureKind, string>> = {
  threw: 'a placement policy failed; the next one chooses',
  timedOut: 'a placement policy did not answer in time; the next one chooses',
  strangers: 'a placement policy named no candidate; the next one chooses',
};

export class PolicyFailures {
  private readonly reported = new Map<string, Reported>();

  constructor(private readonly clock: Clock, private readonly log: Logger) {}

  /** Counts it and, by F1, logs it with `fields`, naming one actor as an example. */
  note(policy: { readonly name: string; readonly counts: PolicyStatistics }, kind: FailureKind, request: PlacementRequest, fields: object): void {
    policy.counts[kind]++;
    const times = this.due(`${kind} ${policy.name}`);
    if (times === 0) return;
    this.log.warn({ ...fields, policy: policy.name, actor: `${request.type}/${request.key}`, times }, WHAT[kind]);
  }

  /** How many failures a line now stands for; 0: no line. */
  private due(what: string): number {
    const nowMs = this.clock.monotonicMs();
    const last = this.reported.get(what);
    if (last && nowMs - last.atMs < REPORT_EVERY_MS) {
      last.unreported++;
      return 0;
    }
    this.reported.set(what, { atMs: nowMs, unreported: 0 });
    return (last?.unreported ?? 0) + 1;
  }
}
