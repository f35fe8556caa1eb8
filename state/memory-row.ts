// MemoryRow. Owns: what Redis keeps under {C/T/K}:* for one actor (protocol.md §1). Does not own: the checks of tokens and versions.
//   R1. `apply` changes everything a commit carries, or is not called (P7).
import type { ClaimedRow, CommitRequest, OperationRecord, OutboxEntry, SenderMark, Token } from '../protocol/ports/state-store.js';

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();
const NO_TAGS: readonly string[] = [];

interface Mark {
  low: number;
  ids: number[];
}

/** What few actors have; allocated at the first use so that a row without it stays small. */
class RowExtras {
  readonly operations = new Map<string, OperationRecord & { readonly result: Uint8Array }>();
  readonly marks = new Map<string, Mark>();
  readonly bindings = new Map<string, Set<string>>();
  readonly reminders = new Map<string, Uint8Array>();
  readonly tags = new Set<string>();
  outbox: OutboxEntry[] = [];
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
      bindingCounts: extras?.bindings.size ? countListeners(extras.bindings) : NOTHING,
      lastSequence: extras?.lastSequence ?? 0,
      hasOutbox: extras !== undefined && extras.outbox.length > 0,
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
    const mark = this.extras?.marks.get(sender);
    return mark !== undefined && (id < mark.low || mark.ids.includes(id));
  }

  apply(request: CommitRequest): void {
    this.version += 1; // P3
    this.commitId = request.commitId;
    for (const [name, value] of request.fields) {
      if (value === undefined) this.fields?.delete(name);
      else (this.fields ??= new Map()).set(name, value);
    }
    if (carriesExtras(request)) applyExtras(this.use(), request);
  }

  /** What a destroyed actor keeps: version, epoch, operations, marks, outbox and inbox. */
  clear(token: Token): void {
    this.commitId = undefined;
    const extras = this.use();
    this.fields = undefined;
    extras.bindings.clear();
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

function applyExtras(extras: RowExtras, request: CommitRequest): void {
  for (const id of request.forgottenOperations ?? []) extras.operations.delete(id);
  for (const operation of request.operations ?? []) extras.operations.set(operation.operationId, operation);
  for (const mark of request.marks ?? []) mergeMark(extras.marks, mark);
  if (request.outbox?.length) {
    extras.outbox.push(...request.outbox);
    extras.lastSequence = request.outbox[request.outbox.length - 1]!.sequence;
  }
  if (request.settled?.length) {
    const settled = new Set(request.settled);
    extras.outbox = extras.outbox.filter((entry) => !settled.has(entry.sequence));
  }
  if (request.inboxTaken) extras.inbox.splice(0, request.inboxTaken);
  for (const change of request.bindings ?? []) bind(extras.bindings, change.event, change.listener, change.bound);
  for (const { name, value } of request.reminders ?? []) {
    if (value === undefined) extras.reminders.delete(name);
    else extras.reminders.set(name, value);
  }
  for (const tag of request.tags?.removed ?? []) extras.tags.delete(tag);
  for (const tag of request.tags?.added ?? []) extras.tags.add(tag);
  if (request.hold !== undefined) extras.hold = request.hold ?? undefined;
}

function mergeMark(marks: Map<string, Mark>, carried: SenderMark): void {
  const known = marks.get(carried.sender);
  const low = Math.max(known?.low ?? 0, carried.low);
  const ids = [...new Set([...(known?.ids ?? []), ...carried.ids])].filter((id) => id >= low).sort((a, b) => a - b);
  marks.set(carried.sender, { low, ids });
}

function bind(bindings: Map<string, Set<string>>, event: string, listener: string, isBound: boolean): void {
  const listeners = bindings.get(event);
  if (isBound) {
    if (listeners) listeners.add(listener);
    else bindings.set(event, new Set([listener]));
  } else if (listeners?.delete(listener) && listeners.size === 0) {
    bindings.delete(event);
  }
}

function countListeners(bindings: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [event, listeners] of bindings) counts.set(event, listeners.size);
  return counts;
}
