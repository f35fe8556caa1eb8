// CommitQueue. Owns: the version of one activation's state and the one commit in flight. Units that end meanwhile merge into the next.
//   Q1. One commit in flight; the next starts only after a definite answer (P3).
//   Q2. A lost answer is asked for again with the same commit id until it is definite or the lease is lost.
//   Q4. Units that are followed (U5) wait for what follows them at once, and are lost with it: none of it is written without what was before.
//   Q3. `fenced` and `conflict` end the activation: what it held is nobody's.
import { StaleEpochError } from '../../protocol/errors/index.js';
import { printEntityId } from '../../protocol/actor-id.js';
import { CallChain } from '../turns/call-chain.js';
import type { CommitRequest, CommitResult } from '../../protocol/ports/index.js';
import { afterMicrotasks } from '../after-microtasks.js';
import { SentDraft } from '../messages/sent-draft.js';
import type { Activation } from './activation.js';
import { nextCommitId } from './commit-id.js';
import { mergeMessages } from './merged-messages.js';
import { DuplicateOperation } from './operations.js';
import { UnitOfWork, type OutboxDraft } from './unit-of-work.js';
import { addAll, type UnitChanges } from './unit-changes.js';
import { tellEach, type WaitingUnit } from './waiting-units.js';

type Fields = Map<string, Uint8Array | undefined>;

const RESEND_DELAY_MS = 100;

export class CommitQueue {
  version = 0;
  /** Lazily saved fields that wait for the next commit. */
  private lazy: Fields | undefined;
  /** Fields that wait for the next commit of a unit, or for `ctx.save()`. */
  private kept: Fields | undefined;
  private waiting: WaitingUnit[] | undefined;
  private inFlight = false;
  /** It begins when what runs now has run. */
  private isArranged = false;

  constructor(private readonly activation: Activation) {}

  /** Lazily saved fields wait here for the next commit. */
  addLazy(fields: ReadonlyMap<string, Uint8Array | undefined>): void {
    if (fields.size === 0) return;
    if (!this.lazy) {
      this.lazy = new Map();
      this.activation.services.lazySaver.add(this.activation);
    }
    for (const [name, value] of fields) this.lazy.set(name, value);
  }

  /** These fields are saved with the next unit that commits. */
  keep(fields: ReadonlyMap<string, Uint8Array | undefined>): void {
    if (fields.size === 0) return;
    this.kept ??= new Map();
    for (const [name, value] of fields) this.kept.set(name, value);
  }

  /** What changed outside any turn: it goes with the next commit, at the latest when lazily saved fields do. */
  addLeftovers({ saved, lazy, manual }: UnitChanges): void {
    this.addLazy(saved);
    this.addLazy(lazy);
    this.keep(manual);
  }

  /** Resolves when the unit is durable; rejects with what became of it instead. */
  submit(unit: UnitOfWork | undefined, changes: UnitChanges | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      (this.waiting ??= []).push({ unit, changes, resolve, reject });
      this.begin();
    });
  }

  /** As `submit`, of a unit that is followed: most are messages, and a promise for each is dear. What is told must not throw. */
  submitFollowed(unit: UnitOfWork, changes: UnitChanges, resolve: () => void, reject: (error: unknown) => void): void {
    (this.waiting ??= []).push({ unit, changes, resolve, reject });
    if (this.isArranged) return;
    this.isArranged = true;
    afterMicrotasks(this.begin);
  }

  /** Something waits lazily, records of operations are to go, or a commit is under way. */
  get isBusy(): boolean {
    return this.lazy !== undefined || this.inFlight || this.waiting !== undefined || this.activation.operationsIfAny?.hasExpired === true;
  }

  /** Saves what waits lazily, now. */
  flush(): Promise<void> {
    return this.isBusy ? this.submit(undefined, undefined) : Promise.resolve();
  }

  /** Removes an outbox entry without any effect but a dead letter. */
  settle(sequence: number, letter?: SentDraft): Promise<void> {
    return this.record((unit) => {
      unit.settled = [sequence];
      if (letter) unit.send(letter);
    });
  }

  /** Records a message as handled, without any effect but what it leaves: a dead letter, a reply. */
  bury(handled: Parameters<UnitOfWork['carry']>[0], left: readonly SentDraft[]): Promise<void> {
    return this.record((unit) => {
      unit.carry(handled);
      for (const draft of left) unit.send(draft);
    });
  }

  /** Removes what the head of the inbox holds. One at a time. */
  takeFromInbox(count: number): Promise<void> {
    return this.record((unit) => (unit.inboxTaken = count));
  }

  /** Stores messages that were sent outside any turn. */
  append(entries: readonly OutboxDraft[]): Promise<void> {
    return this.record((unit) => (unit.outbox = [...entries]));
  }

  private record(fill: (unit: UnitOfWork) => unknown): Promise<void> {
    const unit = new UnitOfWork(new CallChain(), undefined);
    fill(unit);
    return this.submit(unit, undefined);
  }

  private readonly begin = (): void => {
    this.isArranged = false;
    if (!this.inFlight) void this.drain();
  };

  private async drain(): Promise<void> {
    this.inFlight = true;
    for (let batch = this.waiting; batch; batch = this.waiting) {
      this.waiting = undefined;
      await this.commitAndTell(batch);
    }
    this.inFlight = false;
  }

  /** A duplicate in a merged commit concerns one unit: each is committed alone then. */
  private async commitAndTell(batch: WaitingUnit[]): Promise<void> {
    try {
      const tags = await this.commit(batch);
      tellEach(batch, this.activation.log, (part) => part.resolve());
      if (tags?.removed.length) await this.activation.tagBook!.unindex(tags.removed, this.version);
    } catch (error) {
      if (error instanceof DuplicateOperation && batch.length > 1) for (const part of batch) await this.commitAndTell([part]);
      else {
        // Q4. What it did twice is in the fields.
        if (error instanceof DuplicateOperation && batch[0]!.unit?.isFollowed) this.activation.lose('a message that was handled before was handled again, and others after it');
        tellEach(batch, this.activation.log, (part) => part.reject(error));
      }
    }
  }

  /** Tells what it did to the actor's tags. */
  private async commit(batch: WaitingUnit[]): Promise<CommitRequest['tags']> {
    const { lazy, kept } = this;
    let request = this.request(batch);
    if (request.fields.size === 0 && !request.forgottenOperations?.length && !batch.some((part) => part.unit?.hasMessages)) return undefined;
    let result = await this.send(request);
    if (result.status === 'regressed') {
      this.putBack(lazy, kept === this.kept ? undefined : kept);
      request = this.requestAll(batch, request);
      result = await this.rewrite(request, result.version);
    }
    if (result.status === 'committed') {
      this.version = result.version;
      if (result.oldestUnsettled !== undefined) this.activation.messages.outgoing.lows.low = result.oldestUnsettled;
      if (request.reminders || request.bindings || request.hold !== undefined) this.activation.messages.committed(request);
      // Here, and not where each unit ends: they leave in the order of their numbers.
      if (request.outbox?.length) this.activation.messages.relay(request.outbox.filter((draft): draft is SentDraft => draft instanceof SentDraft));
      this.activation.services.statistics.commits++;
      this.activation.tagBook?.committed();
      return request.tags;
    }
    if (result.status === 'duplicate') {
      this.putBack(lazy, kept === this.kept ? undefined : kept);
      this.activation.operationsIfAny?.putBack(request.forgottenOperations);
      throw new DuplicateOperation(result.operationId, await this.storedResult(result.operationId));
    }
    this.activation.lose(`its commit was refused (${result.status})`);
    throw this.staleError();
  }

  private request(batch: readonly WaitingUnit[]): CommitRequest {
    const fields: Fields = new Map(this.lazy);
    this.lazy = undefined;
    const units = batch.flatMap(({ unit }) => unit ?? []);
    if (units.length > 0) {
      for (const [name, value] of this.kept ?? []) fields.set(name, value);
      this.kept = undefined;
    }
    for (const { changes } of batch) if (changes) addAll(fields, changes);
    return {
      id: this.activation.id,
      token: this.activation.token,
      commitId: nextCommitId(),
      version: this.version,
      fields,
      tags: this.activation.tagBook?.changesOf(fields),
      forgottenOperations: this.activation.operationsIfAny?.takeExpired(),
      ...(units.some((unit) => unit.hasMessages) ? mergeMessages(units, this.activation) : undefined),
    };
  }

  /** Q4. The whole state that is written anew has in it what waits. */
  private requestAll(batch: WaitingUnit[], { forgottenOperations }: CommitRequest): CommitRequest {
    batch.push(...(this.waiting?.splice(0) ?? []));
    this.activation.operationsIfAny?.putBack(forgottenOperations);
    return this.request(batch);
  }

  /** Nothing of a duplicate is written; what waited before it goes with the next commit, unless it changed since. */
  private putBack(lazy: Fields | undefined, kept: Fields | undefined): void {
    const later = { lazy: this.lazy, kept: this.kept };
    this.lazy = undefined;
    for (const fields of [lazy, later.lazy]) if (fields) this.addLazy(fields);
    if (kept) this.kept = new Map([...kept, ...(later.kept ?? [])]);
  }

  /** Q2. */
  private async send(request: CommitRequest): Promise<CommitResult> {
    for (;;) {
      if (this.activation.isLost) throw this.staleError();
      try {
        if (request.outbox?.length) await this.activation.services.messages.dirty.note(this.activation.id);
        if (request.tags?.added.length) await this.activation.tagBook!.index(request);
        return await this.activation.services.store.commit(request);
      } catch (error) {
        if (!this.activation.services.membership.isValid) {
          this.activation.lose('the lease ended before a commit was answered');
          throw this.staleError(error);
        }
        this.activation.log.warn({ err: error }, 'a commit was not answered; it is sent again');
        await new Promise<void>((resolve) => void this.activation.services.clock.setTimer(resolve, RESEND_DELAY_MS));
      }
    }
  }

  /** A failover lost writes: the whole state goes out again under the same token, on top of what is left. */
  private async rewrite(request: CommitRequest, version: number): Promise<CommitResult> {
    this.activation.log.error({ expected: this.version, found: version }, 'the store lost commits; the whole state is written again');
    const fields = new Map<string, Uint8Array | undefined>(this.activation.capture());
    for (const [name, value] of request.fields) fields.set(name, value);
    const tags = this.activation.tagBook?.everything(request.tags);
    return this.send({ ...request, fields, tags, version, commitId: `${request.commitId}r` });
  }

  private async storedResult(operationId: string): Promise<Uint8Array | undefined> {
    return (await this.activation.services.store.operationResult(this.activation.id, operationId))?.result;
  }

  private staleError(cause?: unknown): StaleEpochError {
    return new StaleEpochError(`${printEntityId(this.activation.id)}: the activation lost its ownership; whether the call takes effect is unknown`, { cause });
  }
}
