// LeasedMembership. Owns: one incarnation's life in a membership table: join, beats, lease, end.
//   M1. P4: one incarnation joins at most once; after `stop` or a fencing it is never valid again.
//   M2. `isValid` is true only under a lease (Lease, L1-L3): self-fencing, for availability and fresh reads; writes are fenced by their token.
import { randomBytes, randomUUID } from 'node:crypto';
import { ConfigurationError } from '../protocol/errors/index.js';
import { PARTITIONS } from '../protocol/partitions.js';
import type { Clock } from '../protocol/ports/clock.js';
import type { Member, MemberChange, Membership, Sighting, SiloLoad } from '../protocol/ports/membership.js';
import type { Incarnation } from '../protocol/ports/state-store.js';
import type { Heartbeat, HeartbeatParts, LastAnswer } from './heartbeat.js';
import { Lease } from './lease.js';
import { LoopHeartbeat } from './loop-heartbeat.js';
import { MemberView } from './member-view.js';
import type { JoinAnswer, MembershipTable } from './membership-table.js';

export interface MembershipOptions {
  readonly siloId: string;
  /** Where the other members reach this silo; a function is asked when it joins. */
  readonly address: string | (() => string);
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The actor types that this silo hosts, with their versions. */
  readonly types?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>) | undefined;
  /** Where clients reach this silo's gateway. Asked when it joins. */
  readonly gateway?: (() => string | undefined) | undefined;
  /** The lease ended (false), or is back: noticed within a beat. */
  readonly onLease?: ((isValid: boolean) => void) | undefined;
  /** Told to the others with every beat. */
  readonly load?: (() => SiloLoad) | undefined;
  readonly clock: Clock;
  /** 250 ms. */
  readonly beatEveryMs?: number | undefined;
  /** How long a beat may go unanswered before its connection is dropped; 500 ms. */
  readonly beatTimeoutMs?: number | undefined;
  /** 1,000 ms from a beat's sending. */
  readonly leaseMs?: number | undefined;
  /** How long a counter must stand still before its silo is declared dead; 2,000 ms. */
  readonly silentAfterMs?: number | undefined;
  /** How long `stop` waits for the table; 1,000 ms. */
  readonly leaveTimeoutMs?: number | undefined;
  /** Written once beside the genesis; 32. */
  readonly partitions?: number | undefined;
  /** What makes an incarnation unlike all others; 96 random bits as text. A simulated cluster draws it from its seed. */
  readonly newId?: (() => string) | undefined;
}

/** Membership over any table. */
export class LeasedMembership implements Membership {
  readonly incarnation: Incarnation;
  private readonly lease: Lease;
  private readonly heartbeat: Heartbeat;
  private readonly view: MemberView;
  private readonly fencedListeners: ((reason: string) => void)[] = [];
  private fencedReason: string | undefined;
  private genesis = '';
  /** As of the last tick. */
  private hadLease = true;
  private starting: Promise<{ readonly genesis: string }> | undefined;
  private stopping: Promise<void> | undefined;

  /** `makeHeartbeat` decides who sends the beats; the main loop unless it says otherwise. */
  constructor(
    private readonly table: MembershipTable,
    private readonly options: MembershipOptions,
    makeHeartbeat: (parts: HeartbeatParts) => Heartbeat = (parts) => new LoopHeartbeat(parts),
  ) {
    const { siloId, clock, beatEveryMs = 250, beatTimeoutMs = 500, leaseMs = 1000, silentAfterMs = 2000, newId = randomId } = options;
    // Part of keys and tokens: nothing in it may move a hash tag.
    this.incarnation = `${siloId.replace(/[^A-Za-z0-9_.-]/g, '_')}.${newId()}`;
    this.lease = new Lease(clock, leaseMs);
    this.view = new MemberView(table, {
      self: this.incarnation, clock, silentAfterMs, slowAnswerMs: beatTimeoutMs,
      leaseTerm: () => (this.lease.isValid ? this.lease.term : undefined),
    });
    this.heartbeat = makeHeartbeat({
      incarnation: this.incarnation, clock, table, lease: this.lease, periodMs: beatEveryMs, timeoutMs: beatTimeoutMs, leaseMs, load: options.load,
      onTick: () => this.tick(),
      onEnd: (answer) => this.fence(answer),
    });
  }

  get isValid(): boolean {
    return this.lease.isValid;
  }

  isValidAt(monotonicMs: number): boolean {
    return this.lease.isValidAt(monotonicMs);
  }

  get mayAccept(): boolean {
    return this.lease.mayAccept;
  }

  get validUntilMs(): number {
    return this.lease.validUntilMs;
  }

  get peers(): readonly Member[] {
    return this.view.peers;
  }

  /** Throws `ConfigurationError` when the cluster was made with another partition count, or the silo was stopped before it joined. */
  start(): Promise<{ readonly genesis: string }> {
    return (this.starting ??= this.join());
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.leave());
  }

  members(): Promise<readonly Member[]> {
    return this.table.members();
  }

  statusOf(incarnation: Incarnation): 'up' | 'dead' | 'unknown' {
    return this.view.statusOf(incarnation);
  }

  refresh(): Promise<void> {
    return this.view.refresh();
  }

  sight(incarnation: Incarnation): Promise<Sighting | undefined> {
    return this.view.sight(incarnation);
  }

  suspect(sighting: Sighting): Promise<void> {
    return this.view.suspect(sighting);
  }

  declareDead(incarnation: Incarnation): Promise<void> {
    return this.view.declareDead(incarnation);
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    return this.view.onChange(listener);
  }

  onFenced(listener: (reason: string) => void): void {
    const reason = this.fencedReason;
    if (reason === undefined) this.fencedListeners.push(listener);
    else queueMicrotask(() => listener(reason));
  }

  private async join(): Promise<{ readonly genesis: string }> {
    this.lease.checkDrift();
    const sentAtMs = this.options.clock.monotonicMs();
    const answer = await this.table.join(this.joinRequest());
    if (this.stopping) throw new ConfigurationError(`silo ${this.options.siloId} was stopped before it had joined`);
    if (answer.status !== 'joined') throw this.refusal(answer);
    this.genesis = answer.genesis;
    this.lease.renew(sentAtMs);
    this.heartbeat.start(answer.genesis);
    await this.view.look();
    return { genesis: answer.genesis };
  }

  private joinRequest() {
    const { siloId, address, clock, labels = {}, types = {}, partitions = PARTITIONS } = this.options;
    const gateway = this.options.gateway?.();
    const joiner = {
      siloId, incarnation: this.incarnation, startedAt: clock.now(), labels,
      address: typeof address === 'function' ? address() : address, types: typeof types === 'function' ? types() : types,
      ...(gateway === undefined ? undefined : { gateway }),
    };
    return { joiner, newGenesis: randomUUID(), partitions };
  }

  private tick(): void {
    this.lease.checkDrift();
    if (this.lease.isValid !== this.hadLease) {
      this.hadLease = !this.hadLease;
      this.options.onLease?.(this.hadLease);
    }
    // A table that does not answer tells nothing: the next look comes soon.
    this.view.look().catch(() => undefined);
  }

  private refusal(answer: Exclude<JoinAnswer, { status: 'joined' }>): Error {
    if (answer.status === 'dead') return new ConfigurationError(`incarnation ${this.incarnation} was declared dead before it had joined`);
    const { partitions = PARTITIONS } = this.options;
    return new ConfigurationError(`the cluster was made with ${answer.found} partitions, this silo expects ${partitions}: the count cannot change`);
  }

  private fence(answer: LastAnswer): void {
    void this.end(); // Waited for by `leave`.
    this.fencedReason = answer.status === 'dead'
      ? `incarnation ${this.incarnation} was declared dead`
      : `the store is another one than this silo joined: genesis ${answer.found ?? 'missing'}, expected ${this.genesis}`;
    for (const listener of this.fencedListeners.splice(0)) listener(this.fencedReason);
  }

  private async leave(): Promise<void> {
    const ended = this.end();
    const { starting } = this;
    if (!starting) return this.table.close();
    const { clock, leaveTimeoutMs = 1000 } = this.options;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, leaveTimeoutMs);
      // Unreachable table: the counter stands still from now on, and that says the same.
      const done = () => {
        timer.cancel();
        resolve();
      };
      const leave = () => this.table.leave(this.incarnation);
      const left = starting.then(leave, leave); // Not before a join that is under way: it would come back to life.
      void Promise.allSettled([left, ended]).then(done);
    });
    this.table.close();
  }

  /** M1 */
  private end(): Promise<void> {
    this.lease.revoke();
    this.view.stop();
    return this.heartbeat.stop();
  }
}

function randomId(): string {
  return randomBytes(12).toString('base64url');
}
