// MemoryRow. Owns: what Redis keeps under {C/T/K}:* for one actor (protocol.md §1). Does not own: the checks of tokens and versions.
//   R1. `apply` changes everything a commit carries, or is not called (P7).
import type { OutboxEntry } from '../protocol/ports/message-store.js';
import type { ClaimedRow, CommitRequest, OperationRecord, Token } from '../protocol/ports/state-store.js';
import { MemoryBindings } from './memory-bindings.js';
import { MemoryMarks } from './memory-marks.js';

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const NO_TAGS: readonly string[] = [];

/** What few actors have; allocated at the first use so that a row without it stays small. */
class RowExtras {
  readonly operations = new Map<string, OperationRecord & { readonly result: Uint8Array }>();
  readonly marks = new MemoryMarks();
  readonly bindings = new MemoryBindings();
  readonly reminders = new Map<string, Uint8Array>();
  readonly tags = new Set<string>();
  /** By sequence, in rising order. */
  readonly outbox = new Map<number, OutboxEntry>();
  /** By sequence: the ordinals of those who are through with it. */
  readonly shares = new Map<number, Set<number>>();
  inbox: Uint8Array[] = [];
  lastSequence = 0;
  hold: string | undefined;
  /** The token under which the actor was destroyed: a destroy sent again answers as the first did. */
  destroyedBy: Token | undefined;
  destroyedVersion: number | undefined;
}

/** One actor in memory. Values are kept and handed out by reference: nobody writes into encoded bytes. */
export class MemoryRow {
  token: Token | undefined;
  incarnation = '';
  epoch = 0;
  version = 0;
  commitId: string | undefined;
  /** On `Clock.now()`; only destroyed rows have one. */
  expiresAtMs: number | undefined;
  fields: Map<string, Uint8Array> | undefined;
  extras: RowExtras | undefined;

  /** True when the row says no more than its absence would. */
  get isBlank(): boolean {
    return this.version === 0 && !this.extras?.inbox.length;
  }

  /** True when nothing was committed or parked since the actor was destroyed. */
  get isRest(): boolean {
    return this.extras?.destroyedVersion === this.version && this.extras.inbox.length === 0;
  }

  use(): RowExtras {
    return (this.extras ??= new RowExtras());
  }

  toClaimed(): ClaimedRow {
    const extras = this.extras;
    return {
      status: 'claimed',
      epoch: this.epoch,
      version: this.version,
      fields: this.fields?.size ? new Map(this.fields) : NOTHING,
      tags: extras?.tags.size ? [...extras.tags] : NO_TAGS,
      bindingCounts: extras?.bindings.counts() ?? NOTHING,
      lastSequence: extras?.lastSequence ?? 0,
      hasOutbox: extras !== undefined && extras.outbox.size > 0,
      hasInbox: extras !== undefined && extras.inbox.length > 0,
      hasReminders: extras !== undefined && extras.reminders.size > 0,
      hold: extras?.hold,
    };
  }

  /** The first carried operation or message id that is known already. */
  knownId(request: CommitRequest): string | undefined {
    const extras = this.extras;
    if (!extras) return undefined;
    for (const { operationId } of request.operations ?? []) {
      if (extras.operations.has(operationId) && !request.forgottenOperations?.includes(operationId)) return operationId;
    }
    for (const { sender, ids } of request.marks ?? []) {
      const known = ids.find((id) => this.isMarked(sender, id));
      if (known !== undefined) return `${sender}#${known}`;
    }
    return undefined;
  }

  isMarked(sender: string, id: number): boolean {
    return this.extras?.marks.has(sender, id) ?? false;
  }

  /** The first sequence in the outbox. */
  get oldestUnsettled(): number | undefined {
    return this.extras?.outbox.keys().next().value;
  }

  apply(request: CommitRequest): void {
    this.version += 1; // P3
    this.commitId = request.commitId;
    for (const [name, value] of request.fields) {
      if (value === undefined) this.fields?.delete(name);
      else (this.fields ??= new Map()).set(name, value);
    }
    if (carriesExtras(request)) applyExtras(this.use(), request, this.version);
  }

  /** What a destroyed actor keeps: version, epoch, operations, marks, outbox and inbox. */
  clear(token: Token): void {
    this.commitId = undefined;
    const extras = this.use();
    this.fields = undefined;
    extras.bindings.endAll(this.version, extras.outbox.size > 0);
    extras.reminders.clear();
    extras.tags.clear();
    extras.hold = undefined;
    extras.destroyedBy = token;
    extras.destroyedVersion = this.version;
  }
}

function carriesExtras(request: CommitRequest): boolean {
  return Boolean(
    request.operations ?? request.forgottenOperations ?? request.marks ?? request.outbox ?? request.settled ?? request.inboxTaken ??
      request.bindings ?? request.reminders ?? request.tags,
  ) || request.hold !== undefined;
}

function applyExtras(extras: RowExtras, request: CommitRequest, version: number): void {
  for (const id of request.forgottenOperations ?? []) extras.operations.delete(id);
  for (const operation of request.operations ?? []) extras.operations.set(operation.operationId, operation);
  for (const mark of request.marks ?? []) extras.marks.merge(mark);
  // Before the outbox: who is unbound here is needed only by what is in it already.
  for (const { event, listener, bound } of request.bindings ?? []) extras.bindings.change(event, listener, bound, version, extras.outbox.size > 0);
  for (const entry of request.outbox ?? []) {
    extras.outbox.set(entry.sequence, entry);
    extras.lastSequence = entry.sequence;
  }
  for (const sequence of request.settled ?? []) extras.outbox.delete(sequence);
  if (request.inboxTaken) extras.inbox.splice(0, request.inboxTaken);
  for (const { name, value } of request.reminders ?? []) {
    if (value === undefined) extras.reminders.delete(name);
    else extras.reminders.set(name, value);
  }
  for (const tag of request.tags?.removed ?? []) extras.tags.delete(tag);
  for (const tag of request.tags?.added ?? []) extras.tags.add(tag);
  if (request.hold !== undefined) extras.hold = request.hold ?? undefined;
}
