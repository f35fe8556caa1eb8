// LedgerStore. Owns: what the store of one run has been asked and has answered, checked against the invariants as it happens.
import type { ActorId } from '../../../protocol/actor-id.js';
import { createCodec } from '../../../protocol/codec/index.js';
import type { ClaimRequest, ClaimResult, Clock, CommitRequest, CommitResult, Holder } from '../../../protocol/ports/index.js';
import { MemoryStateStore } from '../../../state/memory-state-store.js';
import type { History } from './history.js';
import { EVERY } from './program.js';

const codec = createCodec();

export class LedgerStore extends MemoryStateStore {
  readonly counts = { claims: 0, takeovers: 0, revived: 0, commits: 0, fenced: 0, conflicts: 0, resent: 0, duplicates: 0 };
  private readonly versions = new Map<string, number>();
  private readonly commitIds = new Set<string>();
  private readonly operationIds = new Set<string>();
  private readonly tokens = new Map<string, string>();

  constructor(protected readonly clock_: Clock, private readonly history: History, private readonly isUp: (incarnation: string) => boolean) {
    super(clock_);
  }

  override async claim(request: ClaimRequest): Promise<ClaimResult> {
    const before = super.lookup(request.id);
    const answer = super.claim(request);
    const wasUp = this.isUp.bind(this);
    const holder = await before;
    const result = await answer;
    if (result.status === 'claimed' && holder?.token !== request.token) this.noteClaim(request, holder, wasUp);
    return result;
  }

  override async commit(request: CommitRequest): Promise<CommitResult> {
    const before = super.lookup(request.id);
    const answer = this.apply(request);
    const holder = await before;
    const result = await answer;
    this.note(request, result, holder);
    return result;
  }

  /** What a mutant breaks. */
  protected apply(request: CommitRequest): Promise<CommitResult> {
    return super.commit(request);
  }

  /** What is there now. */
  async versionOf(id: ActorId): Promise<number> {
    return Promise.resolve(this.versions.get(id.key) ?? 0);
  }

  private noteClaim({ id, token, incarnation, expected }: ClaimRequest, holder: Holder | undefined, wasUp: (incarnation: string) => boolean): void {
    this.counts.claims++;
    // A claim that comes late once more, after its actor was released, registers its token again; nobody writes under it any more.
    if (this.tokens.get(token) === id.key) this.counts.revived++;
    else if (this.tokens.has(token)) this.history.complain(`${id.key}: token ${token} is used again (P1)`);
    this.tokens.set(token, id.key);
    if ((holder?.token ?? '') !== (expected ?? '')) this.history.complain(`${id.key}: claimed expecting ${expected ?? 'nobody'}, while ${holder?.token ?? 'nobody'} had it (P5)`);
    if (!holder || holder.incarnation === incarnation) return;
    this.counts.takeovers++;
    if (wasUp(holder.incarnation)) this.history.complain(`${id.key}: taken from ${holder.incarnation}, which is not dead`);
  }

  private note(request: CommitRequest, result: CommitResult, holder: Holder | undefined): void {
    const { id: { key }, token, commitId } = request;
    if (result.status === 'fenced') this.counts.fenced++;
    if (result.status === 'conflict') this.counts.conflicts++;
    if (result.status === 'duplicate') this.counts.duplicates++;
    if (result.status !== 'committed') return;
    if (this.commitIds.has(commitId)) return void this.counts.resent++;
    this.commitIds.add(commitId);
    this.counts.commits++;
    if (holder?.token !== token) this.history.complain(`${key}: a commit under ${token} landed, while ${holder?.token ?? 'nobody'} had it (P2)`);
    const expected = (this.versions.get(key) ?? 0) + 1;
    if (result.version !== expected) this.history.complain(`${key}: version ${result.version} after ${expected - 1} (P3)`);
    this.versions.set(key, result.version);
    for (const { operationId } of request.operations ?? []) {
      if (this.operationIds.has(`${key} ${operationId}`)) this.history.complain(`${key}: operation ${operationId} is committed twice (P7)`);
      this.operationIds.add(`${key} ${operationId}`);
    }
    const writes = request.fields.get('writes');
    if (writes && EVERY.includes(key)) this.history.commit(key, codec.decode(writes) as string[]);
  }
}
