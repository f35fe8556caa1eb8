// PlacementService. Owns: which policy is asked and what becomes of its answer. Does not own: who is a candidate, nor the activation.
//   S1. Whatever policies do, an actor gets a silo as long as one has room: the policy that its class names, then the default, then `random`.
//   S2. A silo that is full is no candidate: no policy sees it, and none can name it.
//   S3. A policy that answers at once is answered for at once: without a promise, without a timer.
//   S4. What is waited for ends after TIME_LIMIT_MS; an answer that comes later is nobody's.
import { NoCapacityError } from '../protocol/errors/index.js';
import type { Clock } from '../protocol/ports/clock.js';
import type { Logger } from '../protocol/ports/logger.js';
import type { PlacementPolicy, PlacementRequest, SiloSnapshot } from '../protocol/ports/placement.js';
import { builtInPolicies } from './built-in-policies.js';
import type { RandomSource } from './draw.js';
import { PolicyFailures, type PolicyStatistics } from './policy-failures.js';
import { answerOf, LATE } from './policy-answer.js';

/** S4. */
const TIME_LIMIT_MS = 1000;
const LAST_RESORT = 'random';
const NO_OPTIONS = Object.freeze({});

/** A silo's id, as in its snapshot. */
export type SiloId = string;

export interface PlacementServiceOptions {
  /** The policy of actors whose class names none: a built-in one or one of `policies`. */
  readonly default: string;
  /** Of the user, beside the built-in ones. */
  readonly policies: readonly PlacementPolicy[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: RandomSource;
}

interface Known {
  readonly name: string;
  readonly policy: PlacementPolicy;
  readonly counts: PolicyStatistics;
}

interface Question {
  /** Who is asked, in this order. */
  readonly chain: readonly Known[];
  readonly request: PlacementRequest;
  /** The candidates that have room. */
  readonly open: readonly SiloSnapshot[];
}

/** Chooses silos for actors that are nowhere. */
export class PlacementService {
  private readonly known = new Map<string, Known>();
  private readonly failures: PolicyFailures;
  /** S1, by the policy's name. */
  private readonly chains = new Map<string, readonly Known[]>();
  private readonly defaults: readonly Known[];

  constructor(private readonly options: PlacementServiceOptions) {
    this.failures = new PolicyFailures(options.clock, options.log);
    for (const policy of [...Object.values(builtInPolicies(options.random, options.clock)), ...options.policies]) {
      this.known.set(policy.name, { name: policy.name, policy, counts: { chosen: 0, threw: 0, timedOut: 0, strangers: 0 } });
    }
    for (const name of this.known.keys()) this.chains.set(name, this.chainOf(name));
    this.defaults = this.chainOf(options.default);
  }

  /**
   * One of the candidates, at once if the policies answer at once. `policyName`: what the actor's class names; `undefined`, and a policy that
   * this silo does not know, is the default. Throws `NoCapacityError` when there is no candidate or all of them are full.
   */
  choose(policyName: string | undefined, request: PlacementRequest, candidates: readonly SiloSnapshot[]): SiloId | Promise<SiloId> {
    const open = withRoom(request, candidates);
    const chain = policyName === undefined ? undefined : this.chains.get(policyName);
    return this.ask({ chain: chain ?? this.defaults, request: chain || policyName === undefined ? request : withoutOptions(request), open }, 0);
  }

  /** What each policy did since the start, by its name. */
  statistics(): Readonly<Record<string, Readonly<PolicyStatistics>>> {
    return Object.fromEntries([...this.known.values()].map(({ name, counts }) => [name, { ...counts }]));
  }

  private chainOf(name: string): readonly Known[] {
    const names = new Set([name, this.options.default, LAST_RESORT]);
    return [...names].flatMap((one) => this.known.get(one) ?? []);
  }

  private ask(question: Question, from: number): SiloId | Promise<SiloId> {
    const { chain, open } = question;
    for (let index = from; index < chain.length; index++) {
      const known = chain[index]!;
      // The options are those of the policy that the class names: the others get none.
      const request = index === 0 ? question.request : withoutOptions(question.request);
      const answer = this.answer(known, request, open);
      if (answer instanceof Promise) return this.afterAnswer(answer, question, index);
      if (this.accepts(known, answer, request, open)) return answer;
    }
    // Not reached: the last resort always names one of them.
    return open[0]!.id;
  }

  private async afterAnswer(pending: Promise<unknown>, question: Question, index: number): Promise<SiloId> {
    const { chain, request, open } = question;
    const known = chain[index]!;
    let answer: unknown;
    try {
      answer = await pending;
    } catch (error) {
      this.failures.note(known, 'threw', request, { err: error });
    }
    if (answer === LATE) this.failures.note(known, 'timedOut', request, { limitMs: TIME_LIMIT_MS });
    else if (this.accepts(known, answer, request, open)) return answer;
    return this.ask(question, index + 1);
  }

  /** The policy's answer, or a promise of it; `undefined` if it throws. */
  private answer(known: Known, request: PlacementRequest, open: readonly SiloSnapshot[]): unknown {
    try {
      // A list of its own: a policy that sorts it in place must not change the next one's, nor the caller's.
      return answerOf(known.policy.choose(request, [...open]), this.options.clock, TIME_LIMIT_MS);
    } catch (error) {
      this.failures.note(known, 'threw', request, { err: error });
      return undefined;
    }
  }

  private accepts(known: Known, answer: unknown, request: PlacementRequest, open: readonly SiloSnapshot[]): answer is SiloId {
    if (answer === undefined) return false;
    if (open.some(({ id }) => id === answer)) {
      known.counts.chosen++;
      return true;
    }
    const named = typeof answer === 'string' ? answer.slice(0, 80) : typeof answer;
    this.failures.note(known, 'strangers', request, { named, candidates: open.length });
    return false;
  }
}

function withoutOptions(request: PlacementRequest): PlacementRequest {
  return { ...request, options: NO_OPTIONS };
}

/** S2. */
function withRoom(request: PlacementRequest, candidates: readonly SiloSnapshot[]): readonly SiloSnapshot[] {
  const hasRoom = ({ activations, capacity }: SiloSnapshot): boolean => capacity === undefined || activations < capacity;
  if (candidates.length > 0 && candidates.every(hasRoom)) return candidates;
  const open = candidates.filter(hasRoom);
  if (open.length > 0) return open;
  const actor = `${request.type}/${request.key}`;
  if (candidates.length === 0) throw new NoCapacityError(`no silo can take ${actor}: there is no candidate`);
  throw new NoCapacityError(`no silo has room for ${actor}: all ${candidates.length} have as many activations as their capacity allows`);
}
