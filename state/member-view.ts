// MemberView. Owns: what one silo knows of the others as of its last look at the table, and whom it suspects.
//   V1. It accuses only after a counter stood still for `silentAfterMs` on its own clock, while its own lease was valid throughout; after a
//       lapse, or a look that the table answered slowly, it begins to watch anew: a paused store must not kill anybody.
//   V2. Votes needed: two of the silos that could vote, or the only one. Voters are those up, the accused apart, whose counters move.
//   V3. P4: who was seen dead is never up again. A table that says so all the same has lost it in a failover, and is told again: else a frozen
//       silo could wake and take itself for alive.
import type { Clock } from '../protocol/ports/clock.js';
import type { Member, MemberChange, Sighting } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { MembersSeen, MembershipTable } from './membership-table.js';

export interface MemberViewOptions {
  readonly self: Incarnation;
  readonly clock: Clock;
  /** How long a counter must stand still. */
  readonly silentAfterMs: number;
  /** An answer of the table slower than this makes the watch begin again. */
  readonly slowAnswerMs: number;
  /** Rises whenever this silo's own lease has lapsed; `undefined` while it is not valid. */
  leaseTerm(): number | undefined;
}

interface Watched {
  member: Member;
  heartbeat: string;
  /** Since when its counter stands still, on this silo's clock. */
  sinceMs: number;
}

const MAX_DEAD = 10_000;
/** One that refuses connections and may still beat takes two to say so. */
const REFUSALS = 2;

export class MemberView {
  private readonly watched = new Map<Incarnation, Watched>();
  private readonly dead = new Set<Incarnation>();
  private readonly listeners = new Set<(change: MemberChange) => void>();
  private looking: Promise<void> | undefined;
  private term: number | undefined;
  private isStopped = false;
  peers: readonly Member[] = [];

  constructor(private readonly table: MembershipTable, private readonly options: MemberViewOptions) {}

  statusOf(incarnation: Incarnation): 'up' | 'dead' | 'unknown' {
    if (incarnation === this.options.self || this.watched.has(incarnation)) return 'up';
    return this.dead.has(incarnation) ? 'dead' : 'unknown';
  }

  /** Looks at the table, and accuses whom it has suspected for long enough. Rejects when the table does not answer. */
  look(): Promise<void> {
    return (this.looking ??= this.lookOnce().finally(() => (this.looking = undefined)));
  }

  /** A look that began after this call. */
  async refresh(): Promise<void> {
    await this.looking?.catch(() => undefined);
    await this.look();
  }

  async sight(incarnation: Incarnation): Promise<Sighting | undefined> {
    const term = this.options.leaseTerm();
    const isSeen = await this.refresh().then(() => true, () => false);
    const heartbeat = this.watched.get(incarnation)?.heartbeat;
    // A lapse while it looked: the answer may be old.
    return !isSeen || heartbeat === undefined || term === undefined || term !== this.options.leaseTerm() ? undefined : { incarnation, heartbeat, term };
  }

  async suspect({ incarnation, heartbeat, term }: Sighting): Promise<void> {
    // V1.
    if (this.isStopped || this.options.leaseTerm() !== term || !this.watched.has(incarnation)) return;
    const outcome = await this.accuse(incarnation, heartbeat, REFUSALS).catch(() => 'voted');
    if (outcome === 'dead') await this.refresh().catch(() => undefined);
  }

  async declareDead(incarnation: Incarnation): Promise<void> {
    for (;;) {
      const { up } = await this.table.look();
      const row = up.find(({ member }) => member.incarnation === incarnation);
      if (!row) break;
      if ((await this.accuse(incarnation, row.heartbeat, 1)) === 'dead') break;
    }
    await this.refresh();
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  stop(): void {
    this.isStopped = true;
  }

  private async lookOnce(): Promise<void> {
    const { clock, slowAnswerMs } = this.options;
    const askedAtMs = clock.monotonicMs();
    const seen = await this.table.look();
    if (this.isStopped) return;
    const nowMs = clock.monotonicMs();
    const term = this.options.leaseTerm();
    const isTrusted = term !== undefined && term === this.term && nowMs - askedAtMs <= slowAnswerMs;
    this.term = term;
    this.adopt(seen, nowMs, isTrusted);
    await this.accuseRisen(seen);
    // What came of it is seen at once; whom the table lists all the same is accused again at the next beat.
    if (!isTrusted || !(await this.accuseSilent(nowMs))) return;
    const after = await this.table.look();
    if (!this.isStopped) this.adopt(after, nowMs, true);
  }

  private adopt({ up }: MembersSeen, nowMs: number, isTrusted: boolean): void {
    const joined: Member[] = [];
    const present = new Set<Incarnation>();
    for (const { member, heartbeat } of up) {
      const { incarnation } = member;
      if (incarnation === this.options.self || this.dead.has(incarnation)) continue;
      present.add(incarnation);
      const watched = this.watched.get(incarnation);
      if (!watched) {
        joined.push(member);
        this.watched.set(incarnation, { member, heartbeat, sinceMs: nowMs });
        continue;
      }
      watched.member = member;
      // V1.
      if (watched.heartbeat !== heartbeat || !isTrusted) watched.sinceMs = nowMs;
      watched.heartbeat = heartbeat;
    }
    const gone = [...this.watched.values()].filter(({ member }) => !present.has(member.incarnation)).map(({ member }) => member);
    for (const { incarnation } of gone) this.bury(incarnation);
    this.peers = [...this.watched.values()].map(({ member }) => member);
    if (joined.length > 0 || gone.length > 0) this.tell({ joined, dead: gone.map((member) => ({ ...member, status: 'dead' as const })) });
  }

  /** V3. Two have to say so where there are two: one alone may have seen it die in the table of a primary that was deposed. */
  private async accuseRisen({ up }: MembersSeen): Promise<void> {
    const votesNeeded = Math.max(1, Math.min(2, up.length - 1));
    for (const { member, heartbeat } of up) if (this.dead.has(member.incarnation)) await this.accuse(member.incarnation, heartbeat, votesNeeded);
  }

  /** True when somebody died of it. */
  private async accuseSilent(nowMs: number): Promise<boolean> {
    let hasKilled = false;
    for (const [incarnation, watched] of [...this.watched]) {
      if (nowMs - watched.sinceMs < this.options.silentAfterMs) continue;
      const outcome = await this.accuse(incarnation, watched.heartbeat, this.votesNeeded(incarnation, nowMs));
      if (outcome === 'alive') watched.sinceMs = nowMs;
      if (outcome === 'dead') hasKilled = true;
    }
    return hasKilled;
  }

  private accuse(victim: Incarnation, heartbeat: string, votesNeeded: number): Promise<'dead' | 'alive' | 'voted'> {
    return this.table.kill({ victim, heartbeat, accuser: this.options.self, votesNeeded });
  }

  /** V2. */
  private votesNeeded(accused: Incarnation, nowMs: number): number {
    let voters = 1;
    for (const [incarnation, { sinceMs }] of this.watched) if (incarnation !== accused && nowMs - sinceMs < this.options.silentAfterMs) voters++;
    return Math.min(2, voters);
  }

  /** V3. The oldest are forgotten: then they are unknown, and as dead. */
  private bury(incarnation: Incarnation): void {
    this.watched.delete(incarnation);
    this.dead.add(incarnation);
    if (this.dead.size > MAX_DEAD) this.dead.delete(this.dead.values().next().value!);
  }

  private tell(change: MemberChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}
