// FaultyStore: a store in memory behind a bad connection. It delays, loses requests and replies, and lets somebody else take an actor away.
import type { ActorId } from '../../../protocol/actor-id.js';
import type { ClaimRequest, ClaimResult, Clock, CommitRequest, CommitResult } from '../../../protocol/ports/index.js';
import { MemoryStateStore } from '../../../state/memory-state-store.js';
import type { Random } from './random.js';

export class FaultyStore extends MemoryStateStore {
  /** Off: an honest store without delay. */
  isFaulty = true;
  readonly violations: string[] = [];
  readonly counts = { commits: 0, fenced: 0, lostRequests: 0, lostReplies: 0 };
  private readonly versions = new Map<string, number>();
  private readonly seen = new Set<string>();
  private thefts = 0;

  constructor(protected readonly clock_: Clock, protected readonly random: Random, private readonly fences: boolean) {
    super(clock_);
  }

  override async claim(request: ClaimRequest): Promise<ClaimResult> {
    await this.delay();
    return super.claim(request);
  }

  override async commit(request: CommitRequest): Promise<CommitResult> {
    await this.delay();
    if (this.isFaulty && this.random.chance(0.08)) {
      this.counts.lostRequests++;
      throw new Error('the request was lost');
    }
    if (this.isFaulty && this.fences && this.random.chance(0.06)) await this.steal(request.id);
    const result = await this.apply(request);
    this.note(request, result);
    if (this.isFaulty && this.random.chance(0.12)) {
      this.counts.lostReplies++;
      if (this.fences && this.random.chance(0.2)) await this.steal(request.id);
      throw new Error('the reply was lost');
    }
    await this.delay();
    return result;
  }

  /** What a mutant breaks. */
  protected apply(request: CommitRequest): Promise<CommitResult> {
    return super.commit(request);
  }

  private delay(): Promise<void> {
    if (!this.isFaulty || this.random.chance(0.3)) return Promise.resolve();
    return new Promise((resolve) => void this.clock_.setTimer(resolve, this.random.below(25)));
  }

  /** Another owner comes and goes: whoever had the actor is fenced. */
  private async steal(id: ActorId): Promise<void> {
    const holder = await this.lookup(id);
    const token = `thief:${++this.thefts}`;
    await super.claim({ id, token, incarnation: 'thief', expected: holder?.token });
    await this.release(id, token);
  }

  private note(request: CommitRequest, result: CommitResult): void {
    if (result.status === 'fenced') this.counts.fenced++;
    if (result.status !== 'committed' || this.seen.has(request.commitId)) return;
    this.seen.add(request.commitId);
    this.counts.commits++;
    const expected = (this.versions.get(request.id.key) ?? 0) + 1;
    if (result.version !== expected) this.violations.push(`${request.id.key}: version ${result.version} after ${expected - 1}`);
    this.versions.set(request.id.key, result.version);
  }
}
